/**
 * One live swarm, wired: files are read, described and published to the hub; the recorder's thread does the same for
 * the message log. Nothing here assumes that there is only one swarm.
 */
import { basename, join } from 'node:path';
import { createAckActions } from '../actions/acks';
import { ActionRunner, type RecordAction } from '../actions/runner';
import { commandSecret } from '../config/command-secret';
import type { ActionGroup } from '../contract/action-groups';
import { NO_PERMISSIONS, NO_WORK } from '../contract/defaults';
import type { Retention } from '../history/history';
import { Hub } from '../hub/hub';
import { boundHeapGrowth } from '../platform/heap-growth';
import { type LogSettings, log } from '../platform/log';
import type { RecorderOptions } from '../recorder/events';
import type { AttentionLimits } from '../rules/attention';
import { AGENT_CARDS_FILE, AgentCardsReader } from '../sources/claudeswarm/agent-cards';
import { LocksReader } from '../sources/claudeswarm/locks';
import { RegistryReader } from '../sources/claudeswarm/registry';
import type { SwarmConfigReader } from '../sources/claudeswarm/swarm-config-reader';
import { TasksReader } from '../sources/claudeswarm/tasks';
import type { ResolvedZone } from '../sources/claudeswarm/time-zone';
import { EVERYWHERE, SwarmWatcher } from '../sources/claudeswarm/watcher';
import { ProcPlaces } from '../sources/processes/process-places';
import { ProcessTable } from '../sources/processes/processes';
import { RecorderHandle } from '../workers/workers';
import { type AlertOptions, SwarmAlerts } from './alerts';
import { SwarmAttention } from './attention';
import { ClaudeCode } from './claude-code';
import type { ClaudeReaders } from './claude-sources';
import { SwarmDescription } from './description';
import { FileRefresh } from './file-refresh';
import { SwarmGit } from './git';
import { HeartbeatTimer } from './heartbeat';
import { HookEvents } from './hook-events';
import { SwarmJournal } from './journal-feed';
import { LiveTerminals } from './live-terminals';
import { liveLockActions } from './lock-commands';
import { createMessageActions, type MessageActions, type MessageSettings } from './message-actions';
import { MessageCounts } from './message-counts';
import { reachAgent } from './message-reach';
import type { OwnPrices } from './own-prices';
import { createPermissions } from './permissions';
import { Readiness } from './readiness';
import { RecorderEvents } from './recorder-events';
import { SwarmSources } from './source-status';
import { StatePublisher } from './state-publisher';
import { allActions, type SwarmActions } from './swarm-actions';
import { liveTaskActions } from './task-commands';
import { TeamMessages } from './team-messages';
import { liveTerminalActions } from './terminal-commands';
import type { Terminals } from './terminals';
import { SwarmUnread } from './unread';
import { SwarmUsage } from './usage';
import { SwarmWork } from './work';

/** At least once a second, also when the event loop is a little late. */
const RECONCILE_INTERVAL_MS = 950;

export interface LiveSwarmOptions {
  /** Absolute, symbolic links resolved. */
  root: string;
  /** Whether the simulator writes the files. */
  simulated: boolean;
  swarmConfig: SwarmConfigReader;
  /** The database of the history; a file of null keeps it in memory. */
  history: Required<Pick<RecorderOptions, 'file' | 'inFolder' | 'adopt'>>;
  retention: Retention;
  /** The zone of naive times. */
  zone: ResolvedZone;
  attention: AttentionLimits;
  alerts: AlertOptions;
  /** Own prices of models. */
  prices: OwnPrices;
  /** The groups of commands that are on. */
  actionGroups: readonly ActionGroup[];
  /** The name under which people send messages. */
  operatorName: string;
  /** The variables of the environment that git gets. */
  gitEnvironment: Readonly<Record<string, string>>;
  /** The readers of Claude Code's files; null where they are switched off. */
  claude: ClaudeReaders | null;
  /** Where messages are kept until they are delivered, and who sends them. */
  messages: MessageSettings;
  version: string;
  /** How the watchdog of this process logs; null for no watchdog. */
  watchdogLog: LogSettings | null;
}

/** Everything that a live swarm consists of. Closures connect the parts, since they need each other. */
export class LiveParts {
  readonly startedAt = Date.now();
  readonly hub: Hub;
  readonly #options: LiveSwarmOptions;
  readonly readiness = new Readiness();
  readonly #processes = new ProcessTable();
  readonly #places = new ProcPlaces();
  readonly #claude: ClaudeCode | null;
  readonly #registry: RegistryReader;
  readonly #cards: AgentCardsReader;
  readonly #tasks: TasksReader;
  readonly #files: FileRefresh;
  readonly #watcher: SwarmWatcher;
  readonly description: SwarmDescription;
  readonly sources: SwarmSources;
  readonly recorder: RecorderHandle;
  readonly recorderEvents: RecorderEvents;
  readonly alerts: SwarmAlerts;
  readonly #journal = new SwarmJournal((update) => this.recorder.record(update));
  readonly counts = new MessageCounts({ head: () => this.hub.head().seq, ask: () => this.recorder.summary() });
  readonly publisher: StatePublisher;
  readonly attention: SwarmAttention;
  readonly hooks = new HookEvents();
  readonly #teamMessages: TeamMessages;
  readonly usage: SwarmUsage;
  readonly work: SwarmWork;
  readonly git: SwarmGit;
  readonly #unread: SwarmUnread;
  readonly actions: SwarmActions;
  readonly terminals: Terminals;
  readonly #heartbeat = new HeartbeatTimer();
  readonly #timer: NodeJS.Timeout;

  /** Starts the recorder's thread and the watches, and begins to read. */
  constructor(options: LiveSwarmOptions) {
    this.#options = options;
    this.hub = new Hub({
      source: { after: (seq, most, epoch) => this.recorder.after(epoch, seq, most) },
      freshStats: () => this.publisher.stats(),
      // With the refresh of everything: two clocks would wake the process twice as often.
      everySecond: (listener) => this.#heartbeat.follow(listener),
    });
    this.hub.setState('permissions', NO_PERMISSIONS);
    this.hub.setState('work', NO_WORK);
    this.#registry = new RegistryReader(this.#options.root);
    this.#cards = new AgentCardsReader(this.#options.root);
    this.#tasks = new TasksReader(this.#options.root);
    // What tens of thousands of locks leave behind would otherwise be hundreds of megabytes.
    const locks = new LocksReader(this.#options.root, Date.now, boundHeapGrowth);
    this.#files = this.#createFiles(locks);
    this.recorder = this.#startRecorder();
    this.alerts = new SwarmAlerts({ ...options.alerts, swarm: basename(this.#options.root), recorder: this.recorder });
    this.#watcher = new SwarmWatcher(this.#options.root, (hint) => this.#files.request(hint));
    this.description = this.#createDescription(locks);
    this.#teamMessages = new TeamMessages({
      agents: this.description.teams,
      record: (messages) => this.recorder.recordTeam(messages),
    });
    const { swarmConfig: config, zone } = options;
    this.#claude = options.claude && this.#createClaude(options.claude);
    this.sources = new SwarmSources({
      ...{ registry: this.#registry, locks, watcher: this.#watcher, config, zone, hooks: this.hooks },
      ...(this.#claude !== null && { claudeCode: this.#claude }),
    });
    this.publisher = this.#createPublisher();
    this.usage = this.#createUsage();
    this.attention = this.#createAttention();
    this.work = new SwarmWork({
      ...{ root: options.root, conflicts: this.attention.conflictLog },
      publish: (state) => this.hub.setState('work', state),
    });
    this.#unread = this.#createUnread();
    this.git = new SwarmGit({
      ...{ root: options.root, environment: options.gitEnvironment },
      agents: () => this.description.agents.agents,
      onRead: () => this.attention.request(),
    });
    this.recorderEvents = this.#createRecorderEvents();
    const { description, publisher, readiness, attention } = this;
    const record: RecordAction = (step, one) => this.recorder.recordAction(step, one);
    const warn = (sentence: string) => log().warn(sentence);
    const secret = commandSecret(join(options.messages.stateFolder, 'command-secret'), warn);
    this.actions = {
      runner: new ActionRunner({ groups: options.actionGroups, record, secret }),
      locks: liveLockActions({ root: options.root, config, locks, description, publisher, readiness }),
      messages: this.#createMessages(),
      permissions: createPermissions({
        ...{ groups: options.actionGroups, hub: () => this.hub, claude: () => this.#claude },
        onChange: () => this.attention.request(),
      }),
      terminal: liveTerminalActions({
        ...{ ...options.messages, places: this.#places, description: () => this.description },
      }),
      acks: createAckActions({ root: options.root, files: () => this.attention }),
      tasks: liveTaskActions({
        ...{ root: options.root, operatorName: options.operatorName, tasks: this.#tasks },
        ...{ publisher, attention, readiness },
      }),
    };
    this.actions.runner.expect(allActions(this.actions));
    this.terminals = new LiveTerminals({
      reach: (id) => reachAgent(id, this.description),
      places: this.#places,
      onFault: (error) => log().error({ error }, 'terminal could not be read'),
    });
    this.#files.request(EVERYWHERE);
    this.recorderEvents.awaitHistory();
    this.#timer = setInterval(() => this.#reconcile(), RECONCILE_INTERVAL_MS);
    this.publisher.journalProcess('started');
    void this.readiness.isDue.then(() => this.actions.messages.start());
  }

  /** Ends every part, and keeps what is still to be kept. */
  async stop(): Promise<void> {
    this.recorder.beginStop();
    const messages = this.actions.messages.stop();
    const terminals = this.terminals.stop();
    this.actions.permissions.stop();
    clearInterval(this.#timer);
    this.#files.stop();
    this.publisher.stop();
    this.attention.stop();
    this.git.stop();
    this.hub.close();
    this.publisher.journalProcess('stopped');
    // The outcome of the last commands, and of the last attempts to post, is still to be kept.
    await Promise.all([this.actions.runner.stop(), this.alerts.stop()]);
    await Promise.all([messages, terminals, this.#watcher.close(), this.#claude?.stop(), this.recorder.stop()]);
  }

  #createFiles(locks: LocksReader): FileRefresh {
    return new FileRefresh({
      ...{ registry: this.#registry, locks, readiness: this.readiness },
      readStores: () => this.#refreshStores(),
      readLog: () => this.recorder.refresh(),
      completeFirst: async () => {
        await this.#claude?.reconcile(Date.now());
        this.#observeProcesses();
        // A page that opens first must not say that there are no locks. A fault here occurs again when the locks are
        // described, and is reported then.
        await this.description.compareLocks().catch(() => {});
      },
      subscriberCount: () => this.hub.subscriberCount,
      events: {
        beginsAll: () => this.attention.requestIfDue(),
        changed: async (all) => {
          await this.publisher.describeInTurns(all);
          this.#claude?.follow(this.description.shownSessions(), this.description.shownTeammates());
          this.publisher.publishSources();
        },
        endsAll: () => this.#heartbeat.done(),
        read: (begunAt, all) => this.#onFilesRead(begunAt, all),
        failed: (error) => this.publisher.fault('refreshing', `The swarm's files could not be read: ${error}`, error),
      },
    });
  }

  #startRecorder(): RecorderHandle {
    const { history, retention, attention, alerts, prices, watchdogLog, zone } = this.#options;
    const openFor = { questionsMs: attention.questionUntilMs, failuresMs: attention.deliveryUntilMs };
    const settings = { root: this.#options.root, ...history, retention, zone: zone.zone, openFor };
    return new RecorderHandle(
      { ...settings, alerts: alerts.receivers.all.map(({ rule }) => rule), ownPrices: prices.all, watchdogLog },
      (event) => this.recorderEvents.handle(event),
      (...fault) => this.publisher.fault(...fault),
    );
  }

  #createDescription(locks: LocksReader): SwarmDescription {
    const { swarmConfig } = this.#options;
    return new SwarmDescription({
      ...{ root: this.#options.root, registry: this.#registry, locks, cards: this.#cards, processes: this.#processes },
      tasks: this.#tasks,
      claude: { places: this.#places, contextWindow: (model) => this.usage.contextWindow(model) },
      onCompared: () => this.publisher.describeSoon(),
      get config() {
        return swarmConfig.config;
      },
    });
  }

  #createClaude(readers: ClaudeReaders): ClaudeCode {
    return new ClaudeCode({
      ...{ root: this.#options.root, readers, hooks: this.hooks, messages: this.#teamMessages },
      onFacts: (facts) => {
        this.description.claude = facts;
        this.actions.permissions.see(facts.sessions, facts.unread === null);
        this.publisher.describeSoon();
      },
      onStatus: () => this.publisher.publishSources(),
      recordUsage: (rows, marks) => this.recorder.recordUsage(rows, marks),
      onProgress: (progress) => this.usage.setProgress(progress),
      onProcesses: () => this.#places.forget(),
      onThreadFault: (...fault) => this.publisher.fault(...fault),
      onFault: (error) =>
        this.publisher.fault(
          'claude-code',
          error === null ? null : `The files of Claude Code could not be read: ${error}`,
          error,
        ),
    });
  }

  #createPublisher(): StatePublisher {
    return new StatePublisher({
      ...{ hub: this.hub, journal: this.#journal, description: this.description, sources: this.sources },
      ...{ counts: this.counts, readiness: this.readiness, alerts: this.alerts },
      keepLives: (json) => this.recorder.keepLives(json),
      requestAttention: () => this.attention.request(),
      openFailedDeliveries: () => this.attention.openFailedDeliveries(),
      ...{ startedAt: this.startedAt, version: this.#options.version },
    });
  }

  #createAttention(): SwarmAttention {
    const { zone, attention: limits, swarmConfig, operatorName } = this.#options;
    return new SwarmAttention({
      ...{ root: this.#options.root, zone: zone.zone, limits, operatorName },
      get staleTimeoutSeconds() {
        return swarmConfig.config.lockStaleTimeoutSeconds;
      },
      ...{ startedAt: this.startedAt, description: this.description, sources: this.sources, tasks: this.#tasks },
      permissions: () => this.actions.permissions.pending.open,
      inboxes: () => this.#unread.counts,
      git: () => this.git.facts,
      others: () => ({
        ...{ [AGENT_CARDS_FILE]: this.#cards.status, ...this.work.statuses },
        ...{ ...this.alerts.sources, ...this.usage.sources },
      }),
      publish: (answer) => this.publisher.publishAttention(answer),
      onBlocked: () => this.publisher.describeSoon(),
      // Before everything was read, facts are missing that the decisions were made about.
      review: (review) => this.readiness.filesRead && this.readiness.logAwaited && this.recorder.review(review),
      onFault: (error) =>
        this.publisher.fault(
          'attention',
          error === null ? null : `The attention list could not be computed: ${error}`,
          error,
        ),
    });
  }

  #createUnread(): SwarmUnread {
    return new SwarmUnread({
      zone: this.#options.zone.zone,
      marks: () => this.work.marks,
      listed: () => this.description.agents.agents.map(({ id }) => id),
      head: () => this.hub.head(),
      isRead: () => this.readiness.logAwaited && this.sources.log.backlog === null,
      ask: (query) => this.recorder.unread(query),
      onChange: () => {
        this.work.setUnread(this.#unread.counts);
        this.attention.request();
      },
      onFault: (error) =>
        this.publisher.fault(
          'unread',
          error === null ? null : `Which messages are unread could not be found: ${error}`,
          error,
        ),
    });
  }

  #createMessages(): MessageActions {
    const { root, zone, messages, actionGroups } = this.#options;
    return createMessageActions({
      ...{ root, zone: zone.zone, ...messages, isOn: actionGroups.includes('messages'), places: this.#places },
      typesCommands: actionGroups.includes('terminal'),
      description: () => this.description,
      registry: () => this.#registry,
      heard: (sessionId) => this.hooks.forSession(sessionId)?.lastPrompt ?? null,
      publish: (state) => this.hub.setState('outgoing', state),
      onFault: (error) => log().error({ error }, 'message could not be handled'),
    });
  }

  #createUsage(): SwarmUsage {
    const { prices, zone } = this.#options;
    return new SwarmUsage({
      ...{ prices, zone: zone.zone, recorder: this.recorder },
      publish: (usage) => this.hub.setState('usage', usage),
    });
  }

  #createRecorderEvents(): RecorderEvents {
    return new RecorderEvents({
      ...{ hub: this.hub, publisher: this.publisher, journal: this.#journal, attention: this.attention },
      ...{ alerts: this.alerts, sources: this.sources, counts: this.counts, readiness: this.readiness },
      ...{ usage: this.usage, claude: this.#claude, startedAt: this.startedAt },
    });
  }

  #reconcile(): void {
    this.recorder.heartbeat();
    this.#heartbeat.begin();
    this.#watcher.reconcile();
    this.#observeProcesses();
    void this.#claude?.reconcile(Date.now());
    this.#teamMessages.flush();
    void this.#unread.refresh();
    this.actions.permissions.tick();
    if (this.alerts.refresh()) this.attention.request();
    if (this.usage.refresh()) this.attention.request();
    if (this.#options.swarmConfig.refresh()) this.attention.request();
    this.#files.request(EVERYWHERE);
  }

  async #refreshStores(): Promise<void> {
    if (this.#cards.refresh()) {
      this.publisher.describeSoon();
      this.attention.request();
    }
    const { tasks, status } = this.#tasks;
    await this.attention.refreshFiles();
    if (this.#tasks.tasks !== tasks || this.#tasks.status !== status) this.publisher.describeSoon();
    if (await this.work.refresh()) this.attention.request();
  }

  #observeProcesses(): void {
    this.#processes.refresh(this.description.pids());
  }

  #onFilesRead(begunAt: number, all: boolean): void {
    this.readiness.markFilesRead();
    this.publisher.syncJournal(begunAt);
    const isRecorded = this.#journal.begun && !this.sources.failed('describing');
    if (all) this.recorder.refreshed(isRecorded ? begunAt : null);
    this.publisher.fault('refreshing', null);
  }
}
