/** The commands for terminals. Their records have no text, typed or from the screen, and keys only as a count. */
import {
  type TerminalInputAnswer,
  type TerminalInterruptAnswer,
  type TerminalKeysAnswer,
  terminalInputAnswer,
  terminalInterruptAnswer,
  terminalKeysAnswer,
} from '../../contract/terminal-requests';
import type { Action } from '../action';
import type { TargetClaims } from '../messages/target-claims';
import { Interrupts } from './interrupt';
import { type KeysInput, pressInTerminal } from './press-keys';
import type { TerminalOptions } from './terminal-options';
import { TerminalQueue } from './terminal-queue';
import { type TypeInput, typeText } from './type-text';

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
  const interrupts = new Interrupts(options);
  const done = <Answer extends { outcome: string; detail: string }>(answer: Answer) => ({
    ...{ answer, outcome: answer.outcome, detail: answer.detail },
  });
  const typed = ({ text, submit, as_command, anywhere }: TypeInput) => ({
    ...{ characters: [...text].length, submit, as_command, anywhere },
  });
  const pressed = ({ keys, expected_option, expected_screen }: KeysInput) => ({
    keys: keys.length,
    ...(expected_option !== undefined && { as_expected_option: true }),
    ...(expected_screen !== undefined && { expected_screen }),
  });
  return {
    type: {
      ...{ name: 'type_text', group: 'terminal', outcomes: terminalInputAnswer.shape.outcome.options },
      subject: (body) => ({ target: null, agentId: body.id, request: typed(body) }),
      hidesBody: true,
      run: async (body) => done(await typeText(body, all)),
    },
    press: {
      ...{ name: 'press_keys', group: 'terminal', outcomes: terminalKeysAnswer.shape.outcome.options },
      subject: (body) => ({ target: null, agentId: body.id, request: pressed(body) }),
      hidesBody: true,
      run: async (body) => done(await pressInTerminal(body, all)),
    },
    interrupt: {
      ...{ name: 'interrupt', group: 'terminal', outcomes: terminalInterruptAnswer.shape.outcome.options },
      subject: ({ id }) => ({ target: null, agentId: id, request: null }),
      run: async ({ id }) => done(await interrupts.run(id)),
    },
  };
}
