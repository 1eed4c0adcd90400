/**
 * Makes ReDoc's bundle fit for ours (Turbopack runs this on it): it asks for a module that does not exist outside of its
 * own bundler, and shows a picture from another site, which no page here may ask.
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
