import type { Endpoint } from '../endpoint';
import { ATTENTION_ENDPOINTS } from './attention';
import { NOW_ENDPOINTS } from './now';
import { OPERATIONS_ENDPOINTS } from './operations';
import { PAST_ENDPOINTS } from './past';
import { STREAM_ENDPOINTS } from './stream';

/** Everything that is served as data, in the order in which the API document shows it. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...NOW_ENDPOINTS,
  ...ATTENTION_ENDPOINTS,
  ...STREAM_ENDPOINTS,
  ...PAST_ENDPOINTS,
  ...OPERATIONS_ENDPOINTS,
];
