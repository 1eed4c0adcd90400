/** What the lines of a transcript say about its session, in the order in which they were written. */
import type { AgentFacts, AgentMessage, Excerpt } from './claude-session';
import { instantField } from './json-fields';
import { endsWithQuestion, excerpt, inputExcerpt, isByPerson } from './transcript-excerpts';
import { blocksOf, countField, type Json, nameField, objectField, textField, timeOf } from './transcript-json';
import { NO_MODEL } from './transcript-usage';

const MAX_DECISIONS = 10;
/** Of one reading of a transcript; the newest are kept. */
const MAX_MESSAGES = 1000;
const AGENT_MESSAGE = '<agent-message from=';
/** More calls than this never run at once; unfinished ones of a killed session are dropped. */
const MAX_OPEN_TOOLS = 100;

type Tool = NonNullable<AgentFacts['tool']>;

/** All facts but those about subagents, which have files of their own. */
type LineFacts = Omit<AgentFacts, 'sessionId' | 'subagents' | 'tool' | 'openTools'>;

const NONE: LineFacts = {
  model: null,
  permissionMode: null,
  cwd: null,
  gitBranch: null,
  lastPrompt: null,
  lastAnswer: null,
  asks: false,
  contextTokens: null,
  lastTurnMs: null,
  errors: 0,
  lastError: null,
  compactions: 0,
  decisions: [],
  teamName: null,
  agentName: null,
};

export class FactsReader {
  #facts: LineFacts = NONE;
  /** The id of the newest answer. */
  #answer: string | null = null;
  /** Calls without a result, by their ids, the oldest first. */
  readonly #tools = new Map<string, Tool>();
  readonly #sidechain: boolean;
  readonly #messages: Omit<AgentMessage, 'sessionId'>[] = [];
  #turn: { ended: boolean; newestAt: number | null } = { ended: false, newestAt: null };

  /** @param sidechain whether the lines are those of a subagent or teammate */
  constructor(sidechain = false) {
    this.#sidechain = sidechain;
  }

  /** Whether the newest turn has ended, as far as lines say so, and when the newest line was written. */
  get turn(): { ended: boolean; newestAt: number | null } {
    return this.#turn;
  }

  /** @returns the messages of other agents that were read since the last call */
  takeMessages(): Omit<AgentMessage, 'sessionId'>[] {
    return this.#messages.splice(0);
  }

  /** @returns a reader of the same kind that has read nothing */
  fresh(): FactsReader {
    return new FactsReader(this.#sidechain);
  }

  /** The facts so far. A tool counts as running from its call to its result; of several, the oldest. */
  facts(sessionId: string, subagents: AgentFacts['subagents']): AgentFacts {
    const [tool = null] = this.#tools.values();
    return { ...this.#facts, sessionId, tool, openTools: this.#tools.size, subagents };
  }

  /** @param line of the agent's transcript */
  take(line: Json): void {
    // Older versions kept subagents in the same file.
    if ((line.isSidechain === true) !== this.#sidechain) return;
    this.#turn = { ...this.#turn, newestAt: timeOf(line) ?? this.#turn.newestAt };
    this.#takePlace(line);
    if (line.type === 'assistant') this.#takeAnswer(line);
    else if (line.type === 'user') this.#takeUser(line);
    else if (line.type === 'system') this.#takeSystem(line);
    else if (line.type === 'attachment') this.#takeQueued(line);
  }

  #set(change: Partial<LineFacts>): void {
    this.#facts = { ...this.#facts, ...change };
  }

  #takePlace(line: Json): void {
    const facts = this.#facts;
    this.#set({
      cwd: nameField(line, 'cwd') ?? facts.cwd,
      gitBranch: nameField(line, 'gitBranch') ?? facts.gitBranch,
      permissionMode: nameField(line, 'permissionMode') ?? facts.permissionMode,
      teamName: nameField(line, 'teamName') ?? facts.teamName,
      agentName: nameField(line, 'agentName') ?? facts.agentName,
    });
  }

  #takeAnswer(line: Json): void {
    const message = objectField(line, 'message');
    const at = timeOf(line);
    if (nameField(message, 'model') === NO_MODEL || line.isApiErrorMessage === true) {
      if (line.isApiErrorMessage !== true) return;
      const kind = nameField(line, 'error') ?? nameField(line, 'apiErrorType') ?? 'unknown';
      this.#set({ errors: this.#facts.errors + 1, lastError: { kind, at, resolved: false }, asks: false });
      return;
    }
    const answer = nameField(message, 'id');
    // The API gives no further answer before it has every result. One over 1 MB was not read.
    if (answer !== this.#answer) this.#tools.clear();
    this.#answer = answer;
    const { lastError } = this.#facts;
    this.#set({
      model: nameField(message, 'model') ?? this.#facts.model,
      contextTokens: contextTokens(objectField(message, 'usage')) ?? this.#facts.contextTokens,
      lastError: lastError && { ...lastError, resolved: true },
    });
    this.#setEnded(message.stop_reason === 'end_turn');
    for (const block of blocksOf(message)) this.#takeBlock(block, message, at);
  }

  #takeBlock(block: Json, message: Json, at: number | null): void {
    const text = block.type === 'text' ? textField(block, 'text') : null;
    if (text !== null) {
      const asks = message.stop_reason === 'end_turn' && endsWithQuestion(text);
      this.#set({ lastAnswer: { text: excerpt(text), at }, asks });
    }
    const [id, name] = [nameField(block, 'id'), nameField(block, 'name')];
    if (block.type !== 'tool_use' || id === null || name === null) return;
    if (this.#tools.size >= MAX_OPEN_TOOLS) this.#tools.clear();
    this.#tools.set(id, { name, input: inputExcerpt(objectField(block, 'input')), since: at });
    this.#set({ asks: false });
  }

  #takeUser(line: Json): void {
    this.#setEnded(false);
    const blocks = blocksOf(objectField(line, 'message'));
    const results = blocks.filter(({ type }) => type === 'tool_result');
    for (const result of results) this.#takeResult(line, nameField(result, 'tool_use_id') ?? '');
    if (results.length > 0) return;
    const text = blocks.map((block) => textField(block, 'text') ?? '').join('\n');
    if (text.includes(AGENT_MESSAGE)) this.#takeMessage(line, line);
    if (text.startsWith('[Request interrupted by user')) this.#endTurn();
    // What other agents or commands say also begins a turn, so the question may have been answered.
    if (line.isMeta !== true) this.#set({ asks: false });
    if (text.trim() !== '' && isByPerson(line, text)) this.#takePrompt({ text: excerpt(text), at: timeOf(line) });
  }

  /**
   * Takes a message that passed through no inbox: its origin says who sent it, and its text without what surrounds it.
   *
   * @param said the line, or its attachment where the message came during a turn
   */
  #takeMessage(line: Json, said: Json): void {
    const origin = objectField(said, 'origin');
    const [key, from, text] = [nameField(line, 'uuid'), nameField(origin, 'from'), textField(origin, 'body')];
    if (this.#sidechain || origin.kind !== 'peer' || key === null || from === null || text === null) return;
    this.#messages.push({ key, from, text, sentAt: instantField(line.sentAtMs) ?? timeOf(line) });
    if (this.#messages.length > MAX_MESSAGES) this.#messages.shift();
  }

  /** A prompt that was typed during a turn and read with the result of a tool. */
  #takeQueued(line: Json): void {
    const queued = objectField(line, 'attachment');
    const text = textField(queued, 'prompt');
    if (text?.includes(AGENT_MESSAGE)) this.#takeMessage(line, queued);
    if (text === null || !isByPerson(queued, text)) return;
    this.#set({ lastPrompt: { text: excerpt(text), at: timeOf(line) }, asks: false });
  }

  #takePrompt(lastPrompt: Excerpt): void {
    // A prompt of its own begins a turn: calls without a result are of a session that was killed.
    this.#tools.clear();
    this.#set({ lastPrompt });
  }

  #takeResult(line: Json, id: string): void {
    const tool = this.#tools.get(id)?.name ?? 'unknown';
    this.#tools.delete(id);
    this.#set({ asks: false });
    const decision = objectField(line, 'permissionDecision');
    const denial = nameField(line, 'toolDenialKind');
    const decided = nameField(decision, 'decision') ?? (denial === null ? null : 'reject');
    if (decided === null) return;
    const source = nameField(decision, 'source') ?? denial ?? 'unknown';
    const decisions = [...this.#facts.decisions, { tool, accepted: decided === 'accept', source, at: timeOf(line) }];
    this.#set({ decisions: decisions.slice(-MAX_DECISIONS) });
  }

  #takeSystem(line: Json): void {
    if (line.subtype === 'turn_duration') {
      this.#set({ lastTurnMs: countField(line, 'durationMs') ?? this.#facts.lastTurnMs });
      this.#endTurn();
    } else if (line.subtype === 'compact_boundary') {
      const contextAfter = countField(objectField(line, 'compactMetadata'), 'postTokens');
      this.#set({ compactions: this.#facts.compactions + 1, contextTokens: contextAfter });
    }
  }

  #endTurn(): void {
    this.#tools.clear();
    this.#setEnded(true);
  }

  #setEnded(ended: boolean): void {
    this.#turn = { ...this.#turn, ended };
  }
}

function contextTokens(usage: Json): number | null {
  const input = countField(usage, 'input_tokens');
  if (input === null) return null;
  const read = countField(usage, 'cache_read_input_tokens') ?? 0;
  return input + read + (countField(usage, 'cache_creation_input_tokens') ?? 0);
}
