/** The transcript of a session, a subagent or a teammate, in the shapes of Claude Code 2.1.332. */
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { CLAUDE_VERSION } from './claude-session-file';
import type { Random } from './random';

/** The tokens of one answer of the API. */
export interface AnswerTokens {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

export interface ToolCall {
  id: string;
  name: string;
  input: Record<string, unknown>;
}

/** US dollars for a million tokens, with which Claude Code computes its own figures. */
const PRICES: Record<string, Record<keyof AnswerTokens, number>> = {
  'claude-opus-5-5': { input: 4, output: 20, cacheRead: 0.2, cacheWrite: 5 },
  'claude-haiku-4-5': { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 },
};

export const MODELS = Object.keys(PRICES);

/** Who allowed or refused a tool call, as the line of its result says it. */
const DECISIONS = {
  config: { permissionDecision: { decision: 'accept', source: 'config' } },
  person: { permissionDecision: { decision: 'accept', source: 'user_temporary', grantScope: 'once' } },
  hook: { permissionDecision: { decision: 'accept', source: 'hook', reasonType: 'hook' } },
  refused: { toolDenialKind: 'user-rejected', toolDenialBeforeRun: true },
  'refused by hook': {
    toolDenialKind: 'permission-rule',
    permissionDecision: {
      decision: 'reject',
      source: 'hook',
      reasonType: 'hook',
      reasonCode: 'hook:PermissionRequest',
    },
  },
};

export type Decision = keyof typeof DECISIONS;

export interface TranscriptOptions {
  file: string;
  sessionId: string;
  cwd: string;
  model: string;
  random: Random;
  /** Tokens by model of all transcripts of the session. */
  used: Map<string, AnswerTokens>;
  /** Of a subagent or a teammate within the process of its lead. */
  agentId?: string;
}

export class TranscriptFile {
  readonly #options: TranscriptOptions;
  #lines: string[] = [];
  #parent: string | null = null;
  #promptId = '';

  constructor(options: TranscriptOptions) {
    this.#options = options;
    mkdirSync(path.dirname(options.file), { recursive: true, mode: 0o700 });
  }

  /** The lines at the beginning of a session, long ones of the system prompt among them. */
  begin(at: number): void {
    const { sessionId } = this.#options;
    this.#plain({ type: 'mode', mode: 'normal', sessionId });
    this.#plain({ type: 'permission-mode', permissionMode: 'default', sessionId });
    this.#plain({ type: 'atis-latch', atis: '', sessionId });
    const rules = 'Follow the conventions of the project. '.repeat(400);
    this.#chained({ attachment: { type: 'prompt_snapshot', content: rules }, type: 'attachment' }, at);
  }

  /** A prompt, typed by a person or given by the program. */
  prompt(text: string, at: number, source: 'typed' | 'system' = 'typed'): void {
    const { random } = this.#options;
    this.#promptId = random.uuid();
    const human = source === 'typed';
    this.#chained(
      {
        promptId: this.#promptId,
        type: 'user',
        message: { role: 'user', content: text },
        permissionMode: 'default',
        origin: { kind: human ? 'human' : 'task-notification' },
        promptSource: source,
        turnOrigin: human ? 'human' : 'task_notification',
      },
      at,
    );
  }

  /** An answer of the API: a text, and perhaps a tool call in a second line with the same usage. */
  answer(text: string, tool: ToolCall | null, tokens: AnswerTokens, at: number): void {
    const { random, model, used } = this.#options;
    const id = `msg_01${random.hex(22)}`;
    const requestId = `req_01${random.hex(22)}`;
    const blocks: object[] = [{ type: 'text', text }];
    if (tool) blocks.push({ type: 'tool_use', id: tool.id, name: tool.name, input: tool.input });
    for (const [apiBlockIndex, block] of blocks.entries()) {
      this.#chained(
        {
          message: {
            id,
            type: 'message',
            role: 'assistant',
            model,
            content: [block],
            stop_reason: tool ? 'tool_use' : 'end_turn',
            stop_sequence: null,
            usage: writtenUsage(tokens),
            stop_details: null,
          },
          apiBlockIndex,
          requestId,
          requestedModel: model,
          promptCacheRequested: '5m',
          type: 'assistant',
          effort: 'medium',
          perTurnEffort: 'medium',
          madeBy: 'model',
        },
        at,
      );
    }
    const sum = used.get(model) ?? { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
    for (const kind of Object.keys(tokens) as (keyof AnswerTokens)[]) sum[kind] += tokens[kind];
    used.set(model, sum);
  }

  /**
   * The result of a tool call.
   *
   * @param decision who allowed or refused it
   * @param details what the program notes of it besides the content
   */
  toolResult(
    tool: ToolCall,
    content: string,
    at: number,
    { decision = 'config', details }: { decision?: Decision; details?: object } = {},
  ): void {
    const refused = decision === 'refused' || decision === 'refused by hook';
    const result = { type: 'tool_result', content, is_error: refused, tool_use_id: tool.id };
    const refusal = decision === 'refused' ? 'User rejected tool use' : `Error: ${content}`;
    this.#chained(
      {
        promptId: this.#promptId,
        type: 'user',
        message: { role: 'user', content: [result] },
        toolUseResult: refused ? refusal : (details ?? { stdout: content, stderr: '', interrupted: false }),
        sourceToolAssistantUUID: this.#parent,
        ...DECISIONS[decision],
      },
      at,
    );
  }

  /** A person ended the turn. */
  interrupted(at: number): void {
    const content = [{ type: 'text', text: '[Request interrupted by user for tool use]' }];
    const message = { role: 'user', content };
    this.#chained({ promptId: this.#promptId, type: 'user', message, rowSource: 'harness' }, at);
  }

  /** A request failed for good; the turn is over. */
  apiError(at: number): void {
    const text = "API Error: Request rejected (429) · This request would exceed your organization's rate limit";
    const none = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
    this.#chained(
      {
        type: 'assistant',
        message: {
          id: this.#options.random.uuid(),
          model: '<synthetic>',
          role: 'assistant',
          stop_reason: 'stop_sequence',
          stop_sequence: '',
          type: 'message',
          usage: writtenUsage(none),
          content: [{ type: 'text', text }],
        },
        apiErrorIsTransient: false,
        error: 'rate_limit',
        isApiErrorMessage: true,
        apiErrorStatus: 429,
        apiErrorType: 'rate_limit_error',
      },
      at,
    );
  }

  turnDuration(milliseconds: number, at: number): void {
    this.#chained({ type: 'system', subtype: 'turn_duration', durationMs: milliseconds, isMeta: false }, at);
  }

  /** The conversation was replaced by a summary. */
  compact(preTokens: number, postTokens: number, at: number): void {
    const logicalParentUuid = this.#parent;
    this.#parent = null;
    const compactMetadata = {
      trigger: 'auto',
      preTokens,
      postTokens,
      cumulativeDroppedTokens: preTokens - postTokens,
      durationMs: 24_000,
    };
    const fields = { subtype: 'compact_boundary', content: 'Conversation compacted', level: 'info', compactMetadata };
    this.#chained({ logicalParentUuid, type: 'system', ...fields }, at);
  }

  /** A prompt that arrived while a turn ran. */
  enqueue(content: string, at: number): void {
    const { sessionId } = this.#options;
    const timestamp = new Date(at).toISOString();
    this.#plain({ type: 'queue-operation', operation: 'enqueue', timestamp, sessionId, content });
  }

  /** A queued prompt is not waiting any more: it begins a turn, or was read within one (`remove`). */
  dequeue(operation: 'dequeue' | 'remove', at: number): void {
    const { sessionId } = this.#options;
    const reason = operation === 'remove' ? { reason: 'absorbed_mid_turn' } : {};
    this.#plain({ type: 'queue-operation', operation, timestamp: new Date(at).toISOString(), sessionId, ...reason });
  }

  /** The message of another session begins a turn. */
  peerPrompt(content: string, origin: object, at: number): void {
    this.#promptId = this.#options.random.uuid();
    const message = { role: 'user', content };
    const rest = { isMeta: true, permissionMode: 'default', promptSource: 'system', turnOrigin: 'peer' };
    this.#chained({ promptId: this.#promptId, type: 'user', message, origin, ...rest }, at);
  }

  /** The message of another session arrives within a turn. */
  queuedCommand(prompt: string, origin: object, at: number): void {
    const { random } = this.#options;
    const ids = { source_uuid: random.uuid(), delivery_id: random.uuid() };
    const attachment = { type: 'queued_command', prompt, ...ids, commandMode: 'prompt', origin, isMeta: true };
    this.#chained({ attachment, type: 'attachment' }, at);
  }

  /** What the session cost, written when it ends. */
  costState(startedAt: number, at: number): void {
    const { sessionId, used } = this.#options;
    const costs = [...used].map(([model, tokens]) => ({ model, tokens, costUSD: costOf(model, tokens) }));
    this.#plain({
      type: 'cost-state',
      sessionId,
      totalCostUSD: costs.reduce((sum, { costUSD }) => sum + costUSD, 0),
      totalDuration: at - startedAt,
      startTime: startedAt,
      modelUsage: Object.fromEntries(
        costs.map(({ model, tokens: { input, output, cacheRead, cacheWrite }, costUSD }) => [
          model,
          {
            inputTokens: input,
            outputTokens: output,
            thinkingTokens: 0,
            cacheReadInputTokens: cacheRead,
            cacheCreationInputTokens: cacheWrite,
            cacheCreationEphemeral5mInputTokens: cacheWrite,
            cacheCreationEphemeral1hInputTokens: 0,
            webSearchRequests: 0,
            costUSD,
          },
        ]),
      ),
      hasUnknownModelCost: false,
    });
  }

  /** Appends the waiting lines in one write. */
  flush(): void {
    if (this.#lines.length === 0) return;
    const text = `${this.#lines.join('\n')}\n`;
    this.#lines = [];
    appendFileSync(this.#options.file, text, { mode: 0o600 });
  }

  #plain(line: object): void {
    this.#lines.push(JSON.stringify(line));
  }

  #chained(line: object, at: number): void {
    const { sessionId, cwd, agentId, random } = this.#options;
    const uuid = random.uuid();
    this.#plain({
      parentUuid: this.#parent,
      isSidechain: agentId !== undefined,
      ...(agentId !== undefined && { agentId }),
      ...line,
      uuid,
      timestamp: new Date(at).toISOString(),
      userType: 'external',
      entrypoint: 'cli',
      cwd,
      sessionId,
      version: CLAUDE_VERSION,
      gitBranch: 'main',
    });
    this.#parent = uuid;
  }
}

/** @returns the folder of a project below `projects/`: every character but ASCII letters and digits becomes `-` */
export function projectSlug(cwd: string): string {
  return cwd.replaceAll(/[^A-Za-z0-9]/g, '-');
}

/** The tokens of an answer of an agent with a short conversation. */
export function smallTokens(random: Random): AnswerTokens {
  return { input: 8, output: random.integer(80, 400), cacheRead: 5000, cacheWrite: random.integer(200, 900) };
}

function costOf(model: string, used: AnswerTokens): number {
  const prices = PRICES[model];
  if (!prices) throw new Error(`The simulator has no price of ${model}.`);
  const kinds = Object.keys(used) as (keyof AnswerTokens)[];
  return kinds.reduce((sum, kind) => sum + (used[kind] * prices[kind]) / 1e6, 0);
}

function writtenUsage({ input, output, cacheRead, cacheWrite }: AnswerTokens): object {
  return {
    input_tokens: input,
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cacheRead,
    output_tokens: output,
    server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
    service_tier: 'standard',
    cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: cacheWrite },
  };
}
