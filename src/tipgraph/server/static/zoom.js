// Drawings that can be made larger than their box, which then scrolls.

const STEP = 1.5;
const MOST = 6;
// Narrower than this, the names on a drawing cover each other.
const LEAST_WIDTH = 560;

/**
 * Draws something that people can enlarge.
 * @param {Picture} picture The frame.
 * @param {(width: number) => Node} draw Draws for a width in pixels.
 */
export async function zoomable(picture, draw) {
  let zoom = 1;
  picture.drawing.classList.add("zoomed");
  await picture.draw((width) => draw(Math.round(Math.max(width, LEAST_WIDTH) * zoom)));
  picture.drawing.scrollLeft = (picture.drawing.scrollWidth - picture.drawing.clientWidth) / 2;
  const change = async (wanted) => {
    const { drawing } = picture;
    const middle = [
      (drawing.scrollLeft + drawing.clientWidth / 2) / drawing.scrollWidth,
      (drawing.scrollTop + drawing.clientHeight / 2) / drawing.scrollHeight,
    ];
    zoom = Math.min(Math.max(wanted, 1), MOST);
    await picture.redraw();
    drawing.scrollTo(
      middle[0] * drawing.scrollWidth - drawing.clientWidth / 2,
      middle[1] * drawing.scrollHeight - drawing.clientHeight / 2,
    );
    larger.disabled = zoom === MOST;
    smaller.disabled = zoom === 1;
  };
  const larger = picture.tool("Larger", () => change(zoom * STEP));
  const smaller = picture.tool("Smaller", () => change(zoom / STEP));
  smaller.disabled = true;
}
