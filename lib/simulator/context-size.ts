/** The context of a simulated session: it grows with each answer, and is compacted before it is full. */
import type { AnswerTokens, ToolCall, TranscriptFile } from './claude-transcript-file';
import type { Random } from './random';

/** The conversation is compacted above it; the model's window is 200,000 tokens. */
const MAX_CONTEXT_TOKENS = 160_000;
const COMPACTED_TOKENS = 14_000;

export class ContextSize {
  readonly #random: Random;
  #tokens: number;

  constructor(random: Random) {
    this.#random = random;
    this.#tokens = random.integer(18_000, 120_000);
  }

  /** Writes an answer of the API, after a summary if the context is full. */
  answer(transcript: TranscriptFile, text: string, tool: ToolCall | null, at: number): void {
    if (this.#tokens > MAX_CONTEXT_TOKENS) {
      transcript.compact(this.#tokens, COMPACTED_TOKENS, at);
      this.#tokens = COMPACTED_TOKENS;
    }
    transcript.answer(text, tool, this.#nextTokens(), at);
  }

  #nextTokens(): AnswerTokens {
    const output = this.#random.integer(60, 900);
    const cacheWrite = this.#random.integer(300, 2500);
    const tokens = { input: this.#random.integer(3, 12), output, cacheRead: this.#tokens, cacheWrite };
    this.#tokens += output + cacheWrite;
    return tokens;
  }
}
