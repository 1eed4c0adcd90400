/**
 * Adapts the bundle of ReDoc (Turbopack applies this loader): it imports a module that does not exist outside of its
 * own bundler, and loads an image from another site, which no page here may do.
 */
const CHANGES = [
  ['require("null")', 'null'],
  [
    'https://cdn.redoc.ly/redoc/logo-mini.svg',
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='0' height='0'/>",
  ],
];

module.exports = function load(source) {
  return CHANGES.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`This version of ReDoc has no ${from}: see scripts/redoc-loader.cjs.`);
    return text.replaceAll(from, to);
  }, source);
};
