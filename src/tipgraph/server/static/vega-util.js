// What vega-interpreter imports of Vega's utilities, from Vega itself, which has to be loaded before.
export const { DisallowedObjectProperties, ascending, isString } = globalThis.vega;
