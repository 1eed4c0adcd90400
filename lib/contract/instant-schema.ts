import { z } from 'zod';

/** ISO 8601 in UTC with the offset `+00:00`, up to microseconds. */
export const instant = z.string().meta({ format: 'date-time' });
