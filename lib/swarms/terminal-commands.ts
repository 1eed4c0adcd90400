/** The commands for terminals of a live swarm, wired. */
import { join } from 'node:path';
import { TargetClaims } from '../actions/messages/target-claims';
import { createTerminalActions, type TerminalActions } from '../actions/terminal/terminal-actions';
import { TERMINAL_TIMES } from '../actions/terminal/terminal-options';
import type { ProcPlaces } from '../sources/processes/process-places';
import { tmuxRunner } from '../sources/tmux/run-tmux';
import type { SwarmDescription } from './description';
import type { MessageSettings } from './message-actions';
import { reachAgent } from './message-reach';

interface Options extends Pick<MessageSettings, 'stateFolder' | 'claudeFolder'> {
  places: Pick<ProcPlaces, 'ancestors' | 'tmuxServer'>;
  description: () => Pick<SwarmDescription, 'agents' | 'contact'>;
}

/** Programs of tmux at once, for all terminals together. */
const MAX_TMUX_PROGRAMS = 4;

/** Creates them; nothing is read or typed before a command. */
export function liveTerminalActions({ stateFolder, claudeFolder, places, description }: Options): TerminalActions {
  return createTerminalActions({
    ...{ claudeFolder, places, run: tmuxRunner(MAX_TMUX_PROGRAMS), times: TERMINAL_TIMES },
    // The same as for messages: no text is typed while a message is delivered.
    claims: new TargetClaims(join(stateFolder, 'claims')),
    reach: (id) => reachAgent(id, description()),
  });
}
