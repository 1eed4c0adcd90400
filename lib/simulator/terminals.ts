/**
 * The terminals of a simulated swarm: follows the deeds of a story and writes what Claude Code would write about them
 * into a configuration folder.
 */
import { mkdirSync, realpathSync } from 'node:fs';
import { formatNaiveLocal } from '../sources/claudeswarm/written-form';
import { type AgentProcess, ownPidDomain } from './agent-processes';
import { Team } from './claude-team';
import { type Happening, messageHappening } from './happenings';
import { MessagingSocket, socketPath } from './messaging-socket';
import { askForPermission, type HookTarget } from './permission-hook';
import { Random } from './random';
import { Terminal } from './terminal';
import type { Deed, StoryAgent, StoryMessage } from './world';

/** The agent that joins at this place leads a team. */
const LEAD_PLACE = 3;

export interface TerminalsOptions {
  /** The configuration folder; created if it does not exist. */
  folder: string;
  /** The project's folder. */
  root: string;
  seed: number;
  /** @returns the process with which an agent began; an agent without one has no terminal */
  findProcess: (agent: StoryAgent) => AgentProcess | null;
  /** People can act on the agents; they can't if it is left out. */
  people?: People | undefined;
}

/** How people reach the agents. */
export interface People {
  /** A folder for the messaging sockets; created if it does not exist. */
  socketFolder: string;
  /** The dashboard that is asked for permissions; null for none. */
  hook: HookTarget | null;
  /** Called with what they did, for the story to react to. */
  onHappening(happening: Happening): void;
}

export class Terminals {
  readonly #options: TerminalsOptions & { cwd: string };
  readonly #pidDomain = ownPidDomain();
  readonly #terminals = new Map<string, Terminal>();
  readonly #sockets = new Map<Terminal, MessagingSocket>();
  /** Requests of the hook, by the terminal whose dialog they are about. */
  readonly #asked = new Map<Terminal, AbortController>();
  /** What arrived from outside since the last step; it happens at the time of the next one. */
  #arrived: ((at: number) => void)[] = [];
  #team: { team: Team; leadId: string } | null = null;
  #joined = 0;

  constructor(options: TerminalsOptions) {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    this.#options = { ...options, cwd: realpathSync(options.root) };
  }

  /** Follows one deed of the story, as of a time (milliseconds since 1970; never before that of the deed before). */
  perform(deed: Deed, at: number): void {
    this.#advance(at);
    if (deed.kind === 'join') this.#join(deed.agent, at);
    else if (deed.kind === 'message') this.#pass(deed.message, at);
    else if ('agentId' in deed) this.#performAt(deed, at);
  }

  /** Continues all that runs by itself, and writes what changed. */
  advance(now: number): void {
    this.#advance(now);
    for (const happen of this.#arrived.splice(0)) happen(now);
    for (const terminal of this.#terminals.values()) terminal.flush();
    this.#team?.team.flush();
  }

  /** Ends all sessions properly. */
  stop(now: number): void {
    this.advance(now);
    for (const agentId of [...this.#terminals.keys()]) this.#exit(agentId, now);
  }

  #advance(now: number): void {
    for (const terminal of this.#terminals.values()) terminal.advance(now);
    this.#team?.team.advance(now);
  }

  #join(agent: StoryAgent, at: number): void {
    const { folder, cwd, seed, findProcess } = this.#options;
    const place = this.#joined;
    this.#joined += 1;
    const process = findProcess(agent);
    if (!process) return;
    const random = new Random(seed * 10_000 + place);
    const pidDomain = this.#pidDomain;
    const { people } = this.#options;
    const socket = people ? socketPath(people.socketFolder, process.pid) : null;
    const terminal = new Terminal({
      ...{ folder, cwd, agent, process, pidDomain, random, startedAt: at, socketPath: socket },
      onMessage: (message, woke) => people?.onHappening(messageHappening(agent.id, message, woke)),
    });
    this.#terminals.set(agent.id, terminal);
    if (socket !== null) this.#listen(terminal, socket);
    if (place === LEAD_PLACE) this.#team = { team: new Team(folder, cwd, terminal, random, at), leadId: agent.id };
  }

  #listen(terminal: Terminal, path: string): void {
    const take = (message: Parameters<Terminal['receiveMessage']>[0]) =>
      this.#arrived.push((at) => terminal.receiveMessage(message, at));
    this.#sockets.set(terminal, new MessagingSocket(path, take));
  }

  /** The hook of the session asks the dashboard, beside the dialog. */
  #ask(agentId: string, terminal: Terminal): void {
    const { people } = this.#options;
    const { dialog } = terminal;
    if (!people?.hook || !dialog) return;
    const { toolId, shown, request } = dialog;
    const ended = new AbortController();
    this.#asked.set(terminal, ended);
    void askForPermission(people.hook, request, ended.signal).then((decision) => {
      if (!decision) return;
      this.#arrived.push((at) => {
        // It was answered at the terminal meanwhile.
        if (terminal.dialog?.toolId !== toolId) return;
        terminal.decideByHook(decision, at);
        const subject = shown.type === 'permission' ? shown.command : shown.question;
        people.onHappening({ kind: 'decided', agentId, subject, ...decision });
      });
    });
  }

  /** The sender uses the swarm's tool, which types the message into the terminals of the recipients. */
  #pass({ sender, msg_type, content, recipients, delivery_status }: StoryMessage, at: number): void {
    const text = `[${sender}][${formatNaiveLocal(at).slice(0, 19).replace('T', ' ')}][${msg_type}]: ${content}`;
    const tool = recipients.length === 1 ? `send-message ${recipients[0]}` : 'broadcast-message';
    this.#terminals.get(sender)?.act(`claudeswarm ${tool} ${msg_type} ${JSON.stringify(content)}`, at);
    for (const recipient of recipients) {
      if (!delivery_status[recipient]) continue;
      this.#terminals.get(recipient)?.receive(`# [MESSAGE] ${text}`, at, recipients.length === 1);
    }
  }

  #performAt(deed: Extract<Deed, { agentId: string }>, at: number): void {
    if (deed.kind === 'drop') this.#exit(deed.agentId, at);
    else if (deed.kind === 'vanish' && deed.died) this.#kill(deed.agentId, at);
    const terminal = this.#terminals.get(deed.agentId);
    if (!terminal) return;
    if (deed.kind === 'acquire') {
      terminal.act(`claudeswarm acquire-file-lock ${deed.filepath} ${deed.agentId} "${deed.reason}"`, at);
    } else if (deed.kind === 'release') {
      terminal.act(`claudeswarm release-file-lock ${deed.filepath} ${deed.agentId}`, at);
    } else if (deed.kind === 'ask') {
      terminal.ask(deed.dialog, at);
      this.#ask(deed.agentId, terminal);
    } else if (deed.kind === 'answer') {
      terminal.decide(deed.accepted, at);
      // Claude Code closes the request of its hook after a no, and leaves it open after a yes.
      if (!deed.accepted) this.#asked.get(terminal)?.abort();
    } else if (deed.kind === 'endTurn') terminal.endTurn(deed.text, deed.shell ?? false, at);
    else if (deed.kind === 'prompt') terminal.prompt(deed.text, at);
    else if (deed.kind === 'apiError') terminal.failRequest(at);
    else if (deed.kind === 'delegate') terminal.delegate(deed.description, at);
  }

  #kill(agentId: string, at: number): void {
    this.#terminals.get(agentId)?.kill(at);
    this.#forget(agentId);
  }

  #exit(agentId: string, at: number): void {
    const terminal = this.#terminals.get(agentId);
    if (!terminal) return;
    if (this.#team?.leadId === agentId) this.#team.team.remove();
    terminal.exit(at);
    this.#forget(agentId);
  }

  #forget(agentId: string): void {
    const terminal = this.#terminals.get(agentId);
    if (terminal) {
      this.#asked.get(terminal)?.abort();
      this.#asked.delete(terminal);
      this.#sockets.get(terminal)?.close();
      this.#sockets.delete(terminal);
    }
    this.#terminals.delete(agentId);
    if (this.#team?.leadId === agentId) this.#team = null;
  }
}
