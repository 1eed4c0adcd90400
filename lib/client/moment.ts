import { createContext } from 'react';

/**
 * The past moment that the page shows, milliseconds since 1970; null for now. Whatever counts ages counts from it, and
 * whatever tells of changes is silent while it is set.
 */
export const Moment = createContext<number | null>(null);
