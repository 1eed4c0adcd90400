import { createContext } from 'react';

/**
 * The past moment that the page shows, milliseconds since 1970; null for the present. Ages count from it, and changes
 * are not signalled while it is set.
 */
export const Moment = createContext<number | null>(null);
