/**
 * The terminal of one simulated agent: its turns, tool calls and dialogs, and the files that Claude Code writes of them.
 * It reads no clock: every call gives the time, in milliseconds since 1970.
 */
import path from 'node:path';
import type { AgentProcess } from './agent-processes';
import { type SessionChange, SessionFile } from './claude-session-file';
import { Subagents } from './claude-subagents';
import { LAST_WORDS, RESULTS, ToolCalls, WORKING_WORDS } from './claude-tool-calls';
import { type AnswerTokens, MODELS, projectSlug, type ToolCall, TranscriptFile } from './claude-transcript-file';
import { ContextSize } from './context-size';
import type { PeerMessage } from './messaging-socket';
import { PeerInbox } from './peer-inbox';
import type { HookDecision, HookRequest } from './permission-hook';
import type { Random } from './random';
import type { StoryAgent, StoryDialog } from './world';

export interface TerminalOptions {
  /** The configuration folder. */
  folder: string;
  /** The project's folder, a real path. */
  cwd: string;
  agent: StoryAgent;
  process: AgentProcess;
  pidDomain: string | undefined;
  random: Random;
  startedAt: number;
  /** Where it takes messages of other sessions; null for nowhere. */
  socketPath: string | null;
  /** Called when the agent gets such a message. @param woke it rested before */
  onMessage(message: PeerMessage, woke: boolean): void;
}

export class Terminal {
  readonly sessionId: string;
  readonly process: AgentProcess;
  /** The transcripts of the project. */
  readonly projectFolder: string;
  readonly #options: TerminalOptions;
  readonly #random: Random;
  readonly #session: SessionFile;
  readonly #transcript: TranscriptFile;
  readonly #used = new Map<string, AnswerTokens>();
  readonly #subagents: Subagents;
  readonly #tools: ToolCalls;
  readonly #context: ContextSize;
  readonly #inbox: PeerInbox;
  #turn: { startedAt: number; endsAt: number; nextAt: number; tool: ToolCall | null } | null = null;
  #dialog: { shown: StoryDialog; tool: ToolCall } | null = null;
  /** The turn is over, and the agent waits for a person's next prompt. */
  #held = false;
  #shell = false;
  /** The turn that begins now ends a rest. */
  #woke = false;
  /** How the running turn will end, after which the agent waits for a person. */
  #ending: { text: string; shell: boolean } | null = null;
  #teamWork = 0;
  /** A prompt that arrived while a turn ran. */
  #queued: { text: string; source: 'typed' | 'system' } | null = null;
  /** The newest message that nobody has read to the agent. */
  #unread: string | null = null;
  #written = '';
  #changedAt: number;

  constructor(options: TerminalOptions) {
    const { folder, cwd, agent, random, startedAt, pidDomain } = options;
    this.#options = options;
    this.#random = random;
    this.process = options.process;
    this.#tools = new ToolCalls(random, cwd, agent.role.files);
    this.sessionId = random.uuid();
    this.#context = new ContextSize(random);
    this.#changedAt = startedAt;
    this.projectFolder = path.join(folder, 'projects', projectSlug(cwd));
    this.#transcript = this.newTranscript(path.join(this.projectFolder, `${this.sessionId}.jsonl`), MODELS[0]);
    this.#transcript.begin(startedAt);
    this.#inbox = new PeerInbox(this.#transcript, (message) => options.onMessage(message, this.#woke));
    const below = path.join(this.projectFolder, this.sessionId, 'subagents');
    this.#subagents = new Subagents(below, random, (...wanted) => this.newTranscript(...wanted));
    const window = /:(\d+)\./.exec(agent.paneIndex)?.[1] ?? '0';
    this.#session = new SessionFile(folder, {
      ...options.process,
      sessionId: this.sessionId,
      cwd,
      startedAt,
      pidDomain,
      tmux: `${agent.sessionName}:@${window}.${agent.tmuxPaneId}`,
      name: `${path.basename(cwd)}-${random.hex(2)}`,
      messagingSocketPath: options.socketPath ?? undefined,
    });
  }

  /** Whether it may give work to others: a turn runs and no dialog is open. */
  get isWorking(): boolean {
    return this.#turn !== null && this.#dialog === null;
  }

  /** A transcript whose tokens count for this session. */
  newTranscript(file: string, model = MODELS[1], agentId?: string): TranscriptFile {
    const { cwd } = this.#options;
    return new TranscriptFile({
      ...{ file, model: model as string, cwd, sessionId: this.sessionId, random: this.#random, used: this.#used },
      ...(agentId !== undefined && { agentId }),
    });
  }

  /** The dialog that is open, as the hook describes it; null if there is none. */
  get dialog(): { toolId: string; shown: StoryDialog; request: HookRequest } | null {
    if (!this.#dialog) return null;
    const { shown, tool } = this.#dialog;
    const transcriptPath = path.join(this.projectFolder, `${this.sessionId}.jsonl`);
    const { sessionId } = this;
    const request = { sessionId, transcriptPath, cwd: this.#options.cwd, toolName: tool.name, toolInput: tool.input };
    return { toolId: tool.id, shown, request };
  }

  /** Does what is due by now: tool calls and their results, ends of turns, ends of subagents. */
  advance(now: number): void {
    for (;;) {
      const turnAt = this.#dialog ? Number.POSITIVE_INFINITY : (this.#turn?.nextAt ?? Number.POSITIVE_INFINITY);
      const { finishesAt } = this.#subagents;
      if (finishesAt <= Math.min(turnAt, now)) this.#finishSubagent(finishesAt);
      else if (turnAt <= now) this.#step(turnAt);
      else return;
    }
  }

  /** The agent uses the swarm's tool. */
  act(command: string, at: number): void {
    if (this.#dialog || this.#held) return;
    this.#beginTurnIfNone(at);
    this.#closeTool(at);
    const tool = this.#tools.call('Bash', { command, description: 'Use the tool of the swarm' });
    this.#answer(this.#random.pick(['The others should know.', 'Next.', 'I write that down.']), tool, at);
    this.#transcript.toolResult(tool, 'ok', at);
    this.#goOn(at);
  }

  /**
   * A message reaches the agent. One to itself alone is typed into its terminal; others are read with the next prompt.
   */
  receive(text: string, at: number, direct: boolean): void {
    this.#unread = text;
    if (!direct || this.#dialog || this.#held) return;
    if (this.#turn === null) this.#beginTurn(text, at);
    else this.#enqueue(text, 'typed', at);
  }

  /** Another session sends a message: it begins a turn, or waits for the next result of a tool. */
  receiveMessage(message: PeerMessage, at: number): void {
    this.#inbox.take(message, at);
    if (this.#turn === null && !this.#inbox.isEmpty) this.#beginWithMessage(at);
  }

  /** A dialog opens. It waits until `decide`, or until the next thing that only a person can begin. */
  ask(dialog: StoryDialog, at: number): void {
    this.decide(true, at);
    if (this.#ending) this.#hold(this.#ending, at);
    this.#held = false;
    this.#beginTurnIfNone(at);
    this.#closeTool(at);
    const tool = this.#tools.dialog(dialog);
    this.#answer(dialog.type === 'permission' ? 'I need this for the next step.' : 'Two ways are open.', tool, at);
    this.#dialog = { shown: dialog, tool };
    this.#changedAt = at;
  }

  /** The hook answers the dialog. After a refusal the turn goes on. */
  decideByHook({ accepted, said }: HookDecision, at: number): void {
    if (!this.#dialog || !this.#turn) return;
    const { shown, tool } = this.#dialog;
    this.#dialog = null;
    this.#changedAt = at;
    const denial = said ?? 'Permission denied by hook';
    const content = accepted ? resultOf(shown, said) : denial;
    this.#transcript.toolResult(tool, content, at, { decision: accepted ? 'hook' : 'refused by hook' });
    this.#goOn(at);
  }

  /** A person answers the dialog. A refusal ends the turn. */
  decide(accepted: boolean, at: number): void {
    if (!this.#dialog || !this.#turn) return;
    const { shown, tool } = this.#dialog;
    this.#dialog = null;
    this.#changedAt = at;
    if (!accepted) {
      this.#transcript.toolResult(tool, 'The user rejected this tool use.', at, { decision: 'refused' });
      this.#transcript.interrupted(at);
      this.#turn = null;
      return;
    }
    this.#transcript.toolResult(tool, resultOf(shown, null), at, { decision: 'person' });
    this.#goOn(at);
  }

  /**
   * Ends the turn with a text; the next one begins with a person's prompt. An idle agent has a turn of some seconds
   * first.
   */
  endTurn(text: string, shell: boolean, at: number): void {
    this.decide(true, at);
    if (this.#turn) {
      this.#hold({ text, shell }, at);
      return;
    }
    this.#beginTurnIfNone(at);
    this.#ending = { text, shell };
  }

  prompt(text: string, at: number): void {
    this.decide(true, at);
    if (this.#ending) this.#hold(this.#ending, at);
    this.#held = false;
    this.#shell = false;
    if (this.#turn) this.#enqueue(text, 'typed', at);
    else this.#beginTurn(text, at);
  }

  /** A request to the model fails, which ends the turn. */
  failRequest(at: number): void {
    if (this.#dialog || !this.#turn || this.#ending) return;
    this.#closeTool(at);
    this.#transcript.apiError(at);
    this.#turn = null;
    this.#changedAt = at;
  }

  /** A subagent begins, which runs by itself for some seconds. */
  delegate(description: string, at: number): void {
    if (this.#dialog || this.#held) return;
    this.#beginTurnIfNone(at);
    this.#closeTool(at);
    const agentId = `a${this.#random.hex(16)}`;
    const tool = this.#tools.call('Agent', {
      description,
      prompt: `${description}.`,
      subagent_type: 'general-purpose',
    });
    this.#answer('A subagent can do that.', tool, at);
    this.#transcript.toolResult(tool, 'Async agent launched successfully.', at, {
      details: { isAsync: true, status: 'async_launched', agentId, description },
    });
    this.#subagents.begin(agentId, tool, description, at);
    this.#goOn(at);
  }

  /** Teammates within this process begin or end their work; the session is busy meanwhile. */
  changeTeamWork(change: 1 | -1, at: number): void {
    this.#teamWork += change;
    this.#changedAt = at;
  }

  /** The process is killed in the middle of a turn: the file of its session stays as it is. */
  kill(at: number): void {
    this.#beginTurnIfNone(at);
    this.flush();
  }

  /** The session ends properly: it writes its cost and removes its file. */
  exit(at: number): void {
    this.#closeTool(at);
    this.#transcript.costState(this.#options.startedAt, at);
    this.#transcript.flush();
    this.#session.remove();
  }

  /** Writes what happened since the last call. */
  flush(): void {
    this.#transcript.flush();
    this.#subagents.flush();
    const change = this.#status();
    const key = `${change.status} ${change.waitingFor}`;
    if (key === this.#written) return;
    this.#written = key;
    this.#session.update(change, this.#changedAt);
  }

  #status(): SessionChange {
    if (this.#dialog) {
      const permission = this.#dialog.shown.type === 'permission';
      return { status: 'waiting', waitingFor: permission ? 'permission prompt' : 'input needed' };
    }
    if (this.#turn || this.#teamWork > 0 || this.#subagents.count > 0) return { status: 'busy', waitingFor: undefined };
    return { status: this.#shell ? 'shell' : 'idle', waitingFor: undefined };
  }

  #beginTurnIfNone(at: number): void {
    if (this.#turn) return;
    this.#beginTurn(this.#unread ?? `Continue with ${this.#random.pick(this.#options.agent.role.files)}.`, at);
  }

  #beginTurn(text: string, at: number, source: 'typed' | 'system' = 'typed'): void {
    this.#unread = null;
    this.#transcript.prompt(text, at, source);
    this.#turn = { startedAt: at, endsAt: at, nextAt: at, tool: null };
    this.#changedAt = at;
    this.#goOn(at);
  }

  #beginWithMessage(at: number): void {
    this.#woke = this.#held;
    this.#held = false;
    this.#shell = false;
    this.#inbox.readAsPrompt(at);
    this.#woke = false;
    this.#turn = { startedAt: at, endsAt: at, nextAt: at, tool: null };
    this.#changedAt = at;
    this.#goOn(at);
  }

  /** The turn lasts some more seconds. */
  #goOn(at: number): void {
    if (!this.#turn) return;
    this.#turn.endsAt = at + this.#random.integer(6000, 25_000);
    this.#turn.nextAt = at + this.#random.integer(700, 3000);
  }

  #step(at: number): void {
    const turn = this.#turn;
    if (!turn) return;
    if (turn.tool) {
      this.#closeTool(at);
      this.#inbox.absorb(at);
      turn.nextAt = at + this.#random.integer(800, 4000);
    } else if (at >= turn.endsAt && this.#ending) {
      this.#hold(this.#ending, at);
    } else if (at >= turn.endsAt) {
      this.#answer(this.#random.pick(LAST_WORDS), null, at);
      this.#end(at);
    } else {
      turn.tool = this.#tools.next();
      this.#answer(this.#random.pick(WORKING_WORDS), turn.tool, at);
      turn.nextAt = at + this.#random.integer(300, 6000);
    }
  }

  #hold({ text, shell }: { text: string; shell: boolean }, at: number): void {
    this.#closeTool(at);
    if (shell) {
      const tool = this.#tools.call('Bash', {
        command: 'npm run build',
        description: 'Build',
        run_in_background: true,
      });
      this.#answer('The build takes a while.', tool, at);
      this.#transcript.toolResult(tool, 'Command running in background with ID: b1', at);
    }
    this.#answer(text, null, at);
    this.#ending = null;
    this.#held = true;
    this.#shell = shell;
    this.#queued = null;
    this.#end(at);
  }

  #end(at: number): void {
    const turn = this.#turn;
    if (!turn) return;
    this.#closeTool(at);
    this.#transcript.turnDuration(at - turn.startedAt, at);
    this.#turn = null;
    this.#changedAt = at;
    const queued = this.#queued;
    this.#queued = null;
    if (queued) this.#beginTurn(queued.text, at, queued.source);
    else if (!this.#inbox.isEmpty) this.#beginWithMessage(at);
  }

  #enqueue(text: string, source: 'typed' | 'system', at: number): void {
    this.#transcript.enqueue(text, at);
    this.#queued = { text, source };
  }

  #closeTool(at: number): void {
    if (!this.#turn?.tool) return;
    this.#transcript.toolResult(this.#turn.tool, this.#random.pick(RESULTS), at);
    this.#turn.tool = null;
  }

  #answer(text: string, tool: ToolCall | null, at: number): void {
    this.#context.answer(this.#transcript, text, tool, at);
  }

  #finishSubagent(at: number): void {
    const notification = this.#subagents.finishNext();
    this.#changedAt = at;
    if (this.#held) return;
    if (this.#turn) this.#enqueue(notification, 'system', at);
    else this.#beginTurn(notification, at, 'system');
  }
}

/** @param answer to a question; null for its first option */
function resultOf(shown: StoryDialog, answer: string | null): string {
  if (shown.type === 'permission') return 'done';
  return `Your questions have been answered: "${shown.question}"="${answer ?? shown.options[0]}".`;
}
