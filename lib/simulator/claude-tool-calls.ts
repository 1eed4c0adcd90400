/** What a simulated agent does and says in a turn, besides its words in the swarm. */
import path from 'node:path';
import type { ToolCall } from './claude-transcript-file';
import type { Random } from './random';
import type { StoryDialog } from './world';

export const WORKING_WORDS = [
  'Let me read that first.',
  'Now the change itself.',
  'I check the callers.',
  'Let me run it.',
];
export const LAST_WORDS = [
  'The change is in place and all tests pass.',
  'I answered the message and go on when the next one comes.',
  'Finished. The lock is released.',
];
export const RESULTS = ['(no output)', '42 tests passed', '118 lines', '3 matches'];

export class ToolCalls {
  readonly #random: Random;
  readonly #cwd: string;
  readonly #files: readonly string[];

  /** @param files those that the agent works on, below `cwd` */
  constructor(random: Random, cwd: string, files: readonly string[]) {
    this.#random = random;
    this.#cwd = cwd;
    this.#files = files;
  }

  call(name: string, input: Record<string, unknown>): ToolCall {
    return { id: `toolu_01${this.#random.hex(22)}`, name, input };
  }

  /** @returns the call that opens a dialog */
  dialog(shown: StoryDialog): ToolCall {
    if (shown.type === 'permission') {
      return this.call('Bash', { command: shown.command, description: shown.description });
    }
    const options = shown.options.map((label) => ({ label, description: label }));
    const question = { question: shown.question, header: 'Choice', multiSelect: false, options };
    return this.call('AskUserQuestion', { questions: [question] });
  }

  /** @returns the next thing that an agent at work does */
  next(): ToolCall {
    const file = path.join(this.#cwd, this.#random.pick(this.#files));
    switch (this.#random.integer(0, 3)) {
      case 0:
        return this.call('Read', { file_path: file });
      case 1:
        return this.call('Edit', { file_path: file, old_string: 'const total', new_string: 'let total' });
      case 2:
        return this.call('Grep', { pattern: 'reserveStock', path: this.#cwd });
      default:
        return this.call('Bash', { command: 'npm test', description: 'Run the tests' });
    }
  }
}
