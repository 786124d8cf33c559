// Dates of XML Schema as spans of days, and how to say them.

const DAY = 86_400_000;
const DATE = /^(-?\d{4,})(?:-(\d\d)(?:-(\d\d)(?:T.*)?)?)?(?:Z|[+-]\d\d:\d\d)?$/;
const DATED = /(?:#|^)(?:date|dateTime|dateTimeStamp|gYear|gYearMonth)$/;

/**
 * The time from one date to another, or that of one date, as exact as it is: a year is all its days.
 * @param {object} [start] A literal; when there is none, the time is open at its beginning.
 * @param {object} [end] A literal; likewise at its end.
 * @returns {{start: number|null, end: number|null}|null} Milliseconds since 1970, of which the end
 *   is no part any more; null when neither is a date.
 */
export function timeOf(start, end) {
  const [first, last] = [start && spanOf(start), end && spanOf(end)];
  return first || last ? { start: first?.[0] ?? null, end: last?.[1] ?? null } : null;
}

/**
 * The years at which an axis has its marks.
 * @param {number} most How many there may be.
 * @returns {[number, string][]} Milliseconds since 1970, and the year.
 */
export function ticks(start, end, most) {
  const years = (end - start) / (365.25 * DAY);
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
  const step = steps.find((each) => years / each <= most) ?? 10 ** Math.ceil(Math.log10(years / most));
  const found = [];
  const first = Math.ceil(new Date(start).getUTCFullYear() / step) * step;
  for (let year = first; day(year, 0, 1) <= end; year += step) {
    if (day(year, 0, 1) >= start) found.push([day(year, 0, 1), String(year)]);
  }
  return found;
}

function spanOf(literal) {
  const match = DATED.test(literal.datatype ?? "") && DATE.exec(literal.value);
  if (!match) return null;
  const [year, month, date] = [Number(match[1]), match[2] && match[2] - 1, match[3] && Number(match[3])];
  if (month === undefined) return [day(year, 0, 1), day(year + 1, 0, 1)];
  if (date === undefined) return [day(year, month, 1), day(year, month + 1, 1)];
  return [day(year, month, date), day(year, month, date + 1)];
}

function day(year, month, date) {
  // Date.UTC takes the years 0 to 99 for those of the twentieth century.
  return new Date(0).setUTCFullYear(year, month, date);
}

/** The time of a year that is given as a number. */
export function yearOf(text) {
  const literal = { value: text, datatype: "gYear" };
  return timeOf(literal, literal);
}
