/** What a page needs once it is alive: one script, loaded after hydration, so that it does not delay the first one. */
export { followSwarm } from './live-stream';
export { keepTextNodes } from './translated-page';
