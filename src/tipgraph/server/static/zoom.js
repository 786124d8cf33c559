// Drawings that can be made larger and smaller; their box scrolls.

const STEP = 1.5;
const LEAST = 0.4;
const MOST = 6;

/**
 * Draws something that people can enlarge.
 * @param {Picture} picture The frame.
 * @param {(box: number) => number} natural How wide it is at first in a box of some width.
 * @param {(width: number) => Node} draw Draws for a width in pixels.
 */
export async function zoomable(picture, natural, draw) {
  const { drawing } = picture;
  let zoom = 1;
  drawing.classList.add("zoomed");
  await picture.draw((box) => draw(Math.round(natural(box) * zoom)));
  drawing.scrollLeft = (drawing.scrollWidth - drawing.clientWidth) / 2;
  const change = async (factor) => {
    const across = (drawing.scrollLeft + drawing.clientWidth / 2) / drawing.scrollWidth;
    const down = (drawing.scrollTop + drawing.clientHeight / 2) / drawing.scrollHeight;
    zoom = Math.min(Math.max(zoom * factor, LEAST), MOST);
    await picture.redraw();
    drawing.scrollTo(
      across * drawing.scrollWidth - drawing.clientWidth / 2,
      down * drawing.scrollHeight - drawing.clientHeight / 2,
    );
  };
  picture.tool("Larger", () => change(STEP));
  picture.tool("Smaller", () => change(1 / STEP));
}
