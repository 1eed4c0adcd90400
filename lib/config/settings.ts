/** Every setting, declared once: variables, schema and purpose. Documents and checks derive from it. */
import type { z } from 'zod';
import {
  actionGroups,
  checked,
  list,
  MAX_PORT,
  oneOf,
  onOrOff,
  readHistory,
  readHost,
  readNetwork,
  readOrigin,
  readPort,
  readWebAddress,
  readZone,
  senderName,
  text,
  whole,
  yesOrNo,
} from './setting-schemas';

interface SettingDeclaration {
  /** Its variables; where several are set, the first one counts. */
  env: readonly [string, ...string[]];
  schema: z.ZodType;
  /** The default, in Markdown. */
  standard: string;
  /** Its purpose, in Markdown; links are relative to `docs/`. */
  help: string;
  /** Blanks around the value are part of it: a secret, or the name of a file or folder. */
  exact?: true;
  /** The value is never shown. */
  secret?: true;
}

export const SETTINGS = {
  root: {
    env: ['CLAUDESWARM_ROOT'],
    schema: text,
    standard: 'searched from the current folder upward',
    help: "The swarm's project root.",
    exact: true,
  },
  host: {
    env: ['HOST', 'UVICORN_HOST'],
    schema: checked(readHost, 'a host name or an IP address such as 127.0.0.1'),
    standard: '`127.0.0.1`',
    help: 'The address to listen on. One that other computers can reach needs credentials.',
  },
  port: {
    env: ['PORT', 'UVICORN_PORT'],
    schema: checked(readPort, `a whole number from 0 to ${MAX_PORT}`),
    standard: '`8000`',
    help: '0: any free port.',
  },
  bundle: {
    env: ['SWARM_BUNDLE'],
    schema: text,
    standard: 'none',
    help: 'An exported time range to show instead of a live swarm, as `--open`.',
    exact: true,
  },
  swarmZone: {
    env: ['SWARM_TZ'],
    schema: checked(readZone, 'a time zone of the IANA database such as Europe/Berlin'),
    standard: "the zone that fits the clock of the server's system",
    help: 'Time zone of the naive times in the log (IANA name). Kept messages are read again when it changes. If the times of live messages do not fit, a notice suggests a zone.',
  },
  history: {
    env: ['SWARM_HISTORY'],
    schema: text.transform(readHistory),
    standard: 'a file for each root in `$XDG_STATE_HOME/claude-swarm-dashboard/` (`~/.local/state/...`)',
    help: 'The SQLite file of the history, for one project only. A folder (one that exists, or a path that ends in `/`) has a file for each project. `off`: in memory, the newest 20,000 messages.',
  },
  adoptHistory: {
    env: ['SWARM_ADOPT_HISTORY'],
    schema: yesOrNo,
    standard: '`0`',
    help: '`1`, or the flag `--adopt-history`: the project was moved; continue the history of its former path.',
  },
  simulated: {
    env: ['SWARM_SIMULATED'],
    schema: yesOrNo,
    standard: '`0`; `--demo` sets it',
    help: '`1`: the page says that the swarm is simulated.',
  },
  historyDays: {
    env: ['SWARM_HISTORY_DAYS'],
    schema: whole('days', 1, 36_500, 30),
    standard: '`30`',
    help: 'How long messages and the journal are kept, from when they were recorded.',
  },
  historyMessages: {
    env: ['SWARM_HISTORY_MESSAGES'],
    schema: whole('messages', 1, 100_000_000, 1_000_000),
    standard: '`1000000`',
    help: 'The maximum number of messages to keep.',
  },
  questionMinutes: {
    env: ['SWARM_ATTENTION_QUESTION_MINUTES'],
    schema: whole('minutes', 0, 1440, 5),
    standard: '`5`',
    help: 'An unanswered QUESTION or BLOCKED needs a person from this age, in minutes.',
  },
  questionHours: {
    env: ['SWARM_ATTENTION_QUESTION_HOURS'],
    schema: whole('hours', 1, 720, 24),
    standard: '`24`',
    help: 'And up to this age, in hours.',
  },
  deliveryMinutes: {
    env: ['SWARM_ATTENTION_DELIVERY_MINUTES'],
    schema: whole('minutes', 1, 1440, 30),
    standard: '`30`',
    help: 'How long a failed delivery needs a person, unless a later one succeeds.',
  },
  ackSeconds: {
    env: ['SWARM_ATTENTION_ACK_SECONDS'],
    schema: whole('seconds', 0, 86_400, 60),
    standard: '`60`',
    help: 'How long the next retry of an acknowledgement may be overdue.',
  },
  unreadMinutes: {
    env: ['SWARM_ATTENTION_UNREAD_MINUTES'],
    schema: whole('minutes', 1, 1440, 10),
    standard: '`10`',
    help: 'An active agent that has not read a message to it by this age is listed, in minutes. Only agents that read with `check-messages` are known.',
  },
  username: {
    env: ['DASHBOARD_USERNAME'],
    schema: checked(
      (value) => (value.includes(':') ? undefined : value),
      'a name without a colon, which ends the name in HTTP Basic authentication',
    ),
    standard: 'none',
    help: 'HTTP Basic user name; together with `DASHBOARD_PASSWORD`.',
  },
  password: {
    env: ['DASHBOARD_PASSWORD'],
    schema: text,
    standard: 'none',
    help: 'HTTP Basic password; together with `DASHBOARD_USERNAME`.',
    exact: true,
    secret: true,
  },
  allowedHosts: {
    env: ['ALLOWED_HOSTS'],
    schema: list(readHost, 'host names or IP addresses without scheme, port or wildcard'),
    standard: 'none',
    help: 'Further host names under which the server answers, comma-separated.',
  },
  publicUrl: {
    env: ['PUBLIC_URL'],
    schema: checked(
      (value) => readWebAddress(value)?.href,
      'a URL that starts with http:// or https:// and contains no credentials',
    ),
    standard: 'none',
    help: 'The public URL of the dashboard behind a proxy. Requests for its host are answered.',
  },
  allowedOrigins: {
    env: ['ALLOWED_ORIGINS'],
    schema: list(
      readOrigin,
      'exact origins such as https://example.org (no path and no "*", since answers to them may carry credentials)',
    ),
    standard: 'none',
    help: 'Exact origins of other sites that may read the API, comma-separated.',
  },
  tokensFile: {
    env: ['DASHBOARD_TOKENS_FILE'],
    schema: text,
    standard: 'none',
    help: 'Bearer tokens for scripts. Read again when it changes.',
    exact: true,
  },
  allowAnonymous: {
    env: ['DASHBOARD_ALLOW_ANONYMOUS'],
    schema: yesOrNo,
    standard: '`0`',
    help: '`1`: answers everybody, from everywhere, without credentials.',
  },
  trustProxy: {
    env: ['TRUST_PROXY'],
    schema: list(readNetwork, 'addresses, subnets such as 10.0.0.0/8, or loopback, linklocal, uniquelocal'),
    standard: 'none',
    help: 'Addresses or subnets of proxies (`loopback` for this computer) whose `X-Forwarded-For` is believed.',
  },
  urlBytes: {
    env: ['LIMIT_URL_BYTES'],
    schema: whole('bytes', 256, 16_384, 8_192),
    standard: '`8192`',
    help: 'The longest URL.',
  },
  bodyBytes: {
    env: ['LIMIT_BODY_BYTES'],
    schema: whole('bytes', 0, 10_000_000, 65_536),
    standard: '`65536`',
    help: 'The longest request body.',
  },
  readsPerMinute: {
    env: ['LIMIT_READS_PER_MINUTE'],
    schema: whole('requests', 0, 1_000_000, 1_200),
    standard: '`1200`',
    help: 'Searches and queries about the past, for each client address. 0: no limit.',
  },
  exportsPerMinute: {
    env: ['LIMIT_EXPORTS_PER_MINUTE'],
    schema: whole('requests', 0, 1_000_000, 30),
    standard: '`30`',
    help: 'Exported time ranges, for each client address. 0: no limit.',
  },
  loginsPerMinute: {
    env: ['LIMIT_LOGINS_PER_MINUTE'],
    schema: whole('attempts', 1, 1_000_000, 10),
    standard: '`10`',
    help: 'Attempts with wrong credentials, for each client address. Credentials that were right there within a day still pass.',
  },
  streams: {
    env: ['LIMIT_STREAMS'],
    schema: whole('streams', 1, 100_000, 5_000),
    standard: '`5000`',
    help: 'Open streams in total.',
  },
  streamsPerClient: {
    env: ['LIMIT_STREAMS_PER_CLIENT'],
    schema: whole('streams', 1, 100_000, 200),
    standard: '`200`',
    help: 'Open streams for each client address.',
  },
  commandsPerMinute: {
    env: ['LIMIT_COMMANDS_PER_MINUTE'],
    schema: whole('commands', 0, 1_000_000, 60),
    standard: '`60`',
    help: 'Commands, for each user, token or operator. 0: no limit.',
  },
  actions: {
    env: ['ACTIONS'],
    schema: actionGroups,
    standard: 'all',
    help: 'The commands that can be sent: some of `locks`, `messages`, `terminal`, `permissions`, `tasks`, comma-separated. `off`, or the flag `--read-only`: none.',
  },
  operatorName: {
    env: ['OPERATOR_NAME'],
    schema: senderName,
    standard: '`operator`',
    help: 'The sender of messages that are sent from the page, and the name under which commands with the operator key are recorded.',
  },
  hookTokenFile: {
    env: ['HOOK_TOKEN_FILE'],
    schema: text,
    standard: '`hook-token` in `$XDG_STATE_HOME/claude-swarm-dashboard/`, which `hooks install` creates',
    help: 'The file of the token with which hooks of Claude Code report. Read again when it changes.',
    exact: true,
  },
  operatorKeyFile: {
    env: ['OPERATOR_KEY_FILE'],
    schema: text,
    standard: '`operator-key` in `$XDG_STATE_HOME/claude-swarm-dashboard/` (`~/.local/state/...`)',
    help: 'The file of the operator key, with which commands are sent where no credentials are set. Created at the first start; `--new-operator-key` replaces it. Read again when it changes.',
    exact: true,
  },
  logLevel: {
    env: ['LOG_LEVEL'],
    schema: oneOf(['info', 'trace', 'debug', 'warn', 'error', 'fatal', 'silent']),
    standard: '`info`',
    help: '`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.',
  },
  logFormat: {
    env: ['LOG_FORMAT'],
    schema: oneOf(['auto', 'json', 'pretty']),
    standard: '`auto`',
    help: '`json` or `pretty`. `auto`: pretty on a terminal.',
  },
  // Anybody who knows the address of a webhook may post to it, so the path is a secret.
  alertWebhooks: {
    env: ['ALERT_WEBHOOKS'],
    schema: list(
      (value) => readWebAddress(value)?.href,
      'URLs that start with http:// or https:// and contain no credentials',
      true,
    ),
    standard: 'none',
    help: 'URLs to which new and resolved attention items are posted, comma-separated: [alerts.md](alerts.md).',
    secret: true,
  },
  alertsFile: {
    env: ['ALERTS_FILE'],
    schema: text,
    standard: 'none',
    help: 'Like `ALERT_WEBHOOKS`, with rules, formats (JSON, Slack, Discord) and secrets for each receiver. Read again when it changes. `--test-alert` tries them.',
    exact: true,
  },
  alertSecret: {
    env: ['ALERT_SECRET'],
    schema: text,
    standard: 'none',
    help: 'Signs posts as [Standard Webhooks](alerts.md#what-is-posted) does: `whsec_...` or any text.',
    exact: true,
    secret: true,
  },
  alertHosts: {
    env: ['ALERT_ALLOWED_HOSTS'],
    schema: list(
      (value) => readHost(value) ?? readNetwork(value),
      'host names, IP addresses or subnets such as 10.0.0.0/8',
    ),
    standard: 'public addresses',
    help: 'The only hosts and subnets that alerts may be posted to.',
  },
  claudeConfigDir: {
    env: ['CLAUDE_CONFIG_DIR'],
    schema: text,
    standard: '`~/.claude`',
    help: 'The folder of Claude Code, as the agents have it. Its sessions, teams, tasks and transcripts are read, never its credentials.',
    exact: true,
  },
  claudeCode: {
    env: ['CLAUDE_CODE'],
    schema: onOrOff,
    standard: '`on`',
    help: "`off`: nothing of Claude Code's folder is read.",
  },
  claudeTranscripts: {
    env: ['CLAUDE_TRANSCRIPTS'],
    schema: onOrOff,
    standard: '`on`',
    help: '`off`: no transcript of a session is read, so there is no current tool, no last prompt, and no usage.',
  },
  claudePrices: {
    env: ['CLAUDE_PRICES'],
    schema: text,
    standard: 'the prices that are part of the dashboard',
    help: 'A file of own prices for models. Read again when it changes.',
    exact: true,
  },
} as const satisfies Record<string, SettingDeclaration>;

export type SettingName = keyof typeof SETTINGS;

/** In the order of the declarations. */
export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** @returns the declaration of a setting, typed with all optional fields */
export function settingOf(name: SettingName): SettingDeclaration {
  return SETTINGS[name];
}
