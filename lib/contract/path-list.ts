/** All paths and pages, for routing and for the labels of the metrics. Browsers load single paths from `paths.ts`. */
import * as everyPath from './paths';

/** With `{name}` for a part that varies. */
export type Path = (typeof everyPath)[keyof typeof everyPath];
export const PATHS: readonly Path[] = Object.values(everyPath);

/** Pages for people, which the API document does not describe. */
export const PAGES = ['/', '/docs', '/redoc'] as const;

/** Every path below it belongs to the API, also where nothing exists. */
export const API_PREFIX = '/api';
/** Each path below `API_PREFIX` is served below this one too. */
export const VERSIONED_PREFIX = '/api/v1';
