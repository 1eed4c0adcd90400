import type { Endpoint } from '../endpoint';
import { ACK_ENDPOINTS } from './ack-commands';
import { ACTION_ENDPOINTS } from './actions';
import { ATTENTION_ENDPOINTS } from './attention';
import { HOOK_ENDPOINTS } from './hooks';
import { LOCK_COMMANDS } from './lock-commands';
import { ME_ENDPOINTS } from './me';
import { MESSAGE_COMMAND_ENDPOINTS } from './message-commands';
import { NOW_ENDPOINTS } from './now';
import { OPERATIONS_ENDPOINTS } from './operations';
import { PAST_ENDPOINTS } from './past';
import { PERMISSION_ENDPOINTS } from './permission-commands';
import { STREAM_ENDPOINTS } from './stream';
import { TASK_ENDPOINTS } from './task-commands';
import { WORK_ENDPOINTS } from './work';

/** All data endpoints, in the order in which the API document lists them. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...NOW_ENDPOINTS,
  ...WORK_ENDPOINTS,
  ...ATTENTION_ENDPOINTS,
  ...ME_ENDPOINTS,
  ...LOCK_COMMANDS,
  ...MESSAGE_COMMAND_ENDPOINTS,
  ...ACK_ENDPOINTS,
  ...TASK_ENDPOINTS,
  ...STREAM_ENDPOINTS,
  ...PAST_ENDPOINTS,
  ...ACTION_ENDPOINTS,
  ...PERMISSION_ENDPOINTS,
  ...HOOK_ENDPOINTS,
  ...OPERATIONS_ENDPOINTS,
];
