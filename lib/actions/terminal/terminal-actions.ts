/** The commands for terminals. Their records have no text, and keys only as a count. */
import type {
  TerminalInputAnswer,
  TerminalInterruptAnswer,
  TerminalKeysAnswer,
} from '../../contract/terminal-requests';
import type { Action } from '../action';
import type { Reach } from '../messages/delivery';
import type { PlaceOptions } from '../messages/pane-place';
import type { TargetClaims } from '../messages/target-claims';
import { interruptAgent } from './interrupt';
import { type KeysInput, pressInTerminal } from './press-keys';
import { TerminalQueue } from './terminal-queue';
import { type TypeInput, typeText } from './type-text';

/** How long each step is waited for, milliseconds. */
export interface TerminalTimes {
  /** Between two looks at a screen or a session. */
  pollMs: number;
  /** For a text to be shown before Enter. */
  shownMs: number;
  /** For a text without Enter to be shown. */
  typedMs: number;
  /** For the composer to be empty after Enter. */
  submittedMs: number;
  /** Between the paste of a command and Enter: its menu needs that long. */
  commandMs: number;
  /** After Escape, and before Enter. */
  keyMs: number;
  /** For the session to be idle after Escape. */
  interruptedMs: number;
}

export const TERMINAL_TIMES: TerminalTimes = {
  pollMs: 20,
  shownMs: 3000,
  typedMs: 500,
  submittedMs: 2000,
  commandMs: 500,
  keyMs: 60,
  interruptedMs: 3000,
};

export interface TerminalOptions extends PlaceOptions {
  /** How an agent can be reached; null if none has this id. */
  reach: (id: string) => Reach | null;
  /** The folder of Claude Code; null where its files are not read. */
  claudeFolder: string | null;
  times: TerminalTimes;
}

export interface TerminalActions {
  readonly type: Action<TypeInput, TerminalInputAnswer>;
  readonly press: Action<KeysInput, TerminalKeysAnswer>;
  readonly interrupt: Action<{ id: string }, TerminalInterruptAnswer>;
}

/** Creates them. */
export function createTerminalActions(
  options: TerminalOptions & { claims: Pick<TargetClaims, 'claim'> },
): TerminalActions {
  const all = { ...options, queue: new TerminalQueue() };
  const done = <Answer extends { outcome: string; detail: string }>(answer: Answer) => ({
    ...{ answer, outcome: answer.outcome, detail: answer.detail },
  });
  const typed = ({ text, submit, as_command, anywhere }: TypeInput) => ({
    ...{ characters: [...text].length, submit, as_command, anywhere },
  });
  const pressed = ({ keys, expected_option }: KeysInput) => ({
    keys: keys.length,
    ...(expected_option !== undefined && { expected_option }),
  });
  return {
    type: {
      ...{ name: 'type_text', group: 'terminal' },
      subject: (body) => ({ target: null, agentId: body.id, request: typed(body) }),
      identity: (body) => ({ id: body.id, ...typed(body) }),
      run: async (body) => done(await typeText(body, all)),
    },
    press: {
      ...{ name: 'press_keys', group: 'terminal' },
      subject: (body) => ({ target: null, agentId: body.id, request: pressed(body) }),
      identity: (body) => ({ id: body.id, ...pressed(body) }),
      run: async (body) => done(await pressInTerminal(body, all)),
    },
    interrupt: {
      ...{ name: 'interrupt', group: 'terminal' },
      subject: ({ id }) => ({ target: null, agentId: id, request: null }),
      run: async ({ id }) => done(await interruptAgent(id, all)),
    },
  };
}
