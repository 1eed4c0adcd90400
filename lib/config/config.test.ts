import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { test } from 'node:test';
import { type Config, ConfigError, givenVariables, historyPlace, parseConfig } from './config';

const FOLDER = '/projects/here';

function faults(environment: Record<string, string>): readonly string[] {
  try {
    parseConfig(environment, FOLDER);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.equal(error.message, error.faults.join('\n'));
    return error.faults;
  }
  return [];
}

test('parseConfig(): an empty environment gives the defaults', () => {
  const expected: Config = {
    root: null,
    host: null,
    port: null,
    bundle: null,
    swarmZone: null,
    history: { kind: 'default' },
    adoptHistory: false,
    simulated: false,
    historyDays: 30,
    historyMessages: 1_000_000,
    questionMinutes: 5,
    questionHours: 24,
    deliveryMinutes: 30,
    ackSeconds: 60,
    unreadMinutes: 10,
    credentials: null,
    allowedHosts: [],
    publicUrl: null,
    allowedOrigins: [],
    tokensFile: null,
    allowAnonymous: false,
    trustProxy: [],
    urlBytes: 8192,
    bodyBytes: 65_536,
    readsPerMinute: 1200,
    exportsPerMinute: 30,
    loginsPerMinute: 10,
    streams: 5000,
    streamsPerClient: 200,
    commandsPerMinute: 60,
    actions: ['locks', 'messages', 'terminal', 'permissions', 'tasks'],
    operatorName: 'operator',
    operatorKeyFile: '/home/one/.local/state/claude-swarm-dashboard/operator-key',
    logLevel: 'info',
    logFormat: 'auto',
    alertWebhooks: [],
    alertsFile: null,
    alertSecret: null,
    alertHosts: [],
    claudeConfigDir: '/home/one/.claude',
    claudeCode: true,
    claudeTranscripts: true,
    claudePrices: null,
    startFolders: [FOLDER],
    stateFolder: '/home/one/.local/state/claude-swarm-dashboard',
    hookTokenFile: '/home/one/.local/state/claude-swarm-dashboard/hook-token',
  };
  assert.deepEqual(parseConfig({ HOME: '/home/one', PORT: '', HOST: '  ' }, FOLDER), expected);
});

test('parseConfig(): reads every setting', () => {
  const config = parseConfig(
    {
      CLAUDESWARM_ROOT: '/srv/project',
      HOST: '[::1]',
      PORT: '8123',
      SWARM_BUNDLE: '/srv/night.json',
      SWARM_TZ: 'Europe/Berlin',
      SWARM_HISTORY: '/var/lib/swarm.sqlite',
      SWARM_ADOPT_HISTORY: '1',
      SWARM_SIMULATED: '1',
      SWARM_HISTORY_DAYS: '7',
      SWARM_HISTORY_MESSAGES: '5000',
      SWARM_ATTENTION_QUESTION_MINUTES: '0',
      SWARM_ATTENTION_QUESTION_HOURS: '48',
      SWARM_ATTENTION_DELIVERY_MINUTES: '10',
      SWARM_ATTENTION_ACK_SECONDS: '120',
      SWARM_ATTENTION_UNREAD_MINUTES: '15',
      DASHBOARD_USERNAME: 'ada',
      DASHBOARD_PASSWORD: ' se:cret ',
      ALLOWED_HOSTS: 'Dash.example.org, 10.0.0.7,',
      PUBLIC_URL: 'https://dash.example.org/swarm',
      ALLOWED_ORIGINS: 'https://a.example.org,http://localhost:3000',
      DASHBOARD_TOKENS_FILE: 'tokens.json',
      DASHBOARD_ALLOW_ANONYMOUS: '1',
      TRUST_PROXY: 'loopback, 10.0.0.0/8',
      LIMIT_URL_BYTES: '1024',
      LIMIT_BODY_BYTES: '0',
      LIMIT_READS_PER_MINUTE: '0',
      LIMIT_EXPORTS_PER_MINUTE: '5',
      LIMIT_LOGINS_PER_MINUTE: '3',
      LIMIT_STREAMS: '100',
      LIMIT_STREAMS_PER_CLIENT: '7',
      LIMIT_COMMANDS_PER_MINUTE: '5',
      ACTIONS: ' Messages, locks,',
      OPERATOR_NAME: 'ada_1',
      OPERATOR_KEY_FILE: 'key',
      LOG_LEVEL: 'WARN',
      LOG_FORMAT: 'json',
      ALERT_WEBHOOKS: 'https://hooks.example.org/a',
      ALERTS_FILE: '/etc/alerts.yaml',
      ALERT_SECRET: ' hush ',
      ALERT_ALLOWED_HOSTS: 'hooks.example.org, 10.0.0.0/8',
      CLAUDE_CONFIG_DIR: 'claude',
      CLAUDE_CODE: 'OFF',
      CLAUDE_TRANSCRIPTS: 'off',
      CLAUDE_PRICES: 'prices.json',
      HOOK_TOKEN_FILE: 'hook-token',
      INIT_CWD: '/projects/stood',
      XDG_STATE_HOME: '/state',
    },
    FOLDER,
  );
  assert.deepEqual(config, {
    root: '/srv/project',
    host: '::1',
    port: 8123,
    bundle: '/srv/night.json',
    swarmZone: 'Europe/Berlin',
    history: { kind: 'file', path: '/var/lib/swarm.sqlite' },
    adoptHistory: true,
    simulated: true,
    historyDays: 7,
    historyMessages: 5000,
    questionMinutes: 0,
    questionHours: 48,
    deliveryMinutes: 10,
    ackSeconds: 120,
    unreadMinutes: 15,
    credentials: { username: 'ada', password: ' se:cret ' },
    allowedHosts: ['dash.example.org', '10.0.0.7'],
    publicUrl: 'https://dash.example.org/swarm',
    allowedOrigins: ['https://a.example.org', 'http://localhost:3000'],
    tokensFile: '/projects/stood/tokens.json',
    allowAnonymous: true,
    trustProxy: ['loopback', '10.0.0.0/8'],
    urlBytes: 1024,
    bodyBytes: 0,
    readsPerMinute: 0,
    exportsPerMinute: 5,
    loginsPerMinute: 3,
    streams: 100,
    streamsPerClient: 7,
    commandsPerMinute: 5,
    actions: ['locks', 'messages'],
    operatorName: 'ada_1',
    operatorKeyFile: '/projects/stood/key',
    logLevel: 'warn',
    logFormat: 'json',
    alertWebhooks: ['https://hooks.example.org/a'],
    alertsFile: '/etc/alerts.yaml',
    alertSecret: ' hush ',
    alertHosts: ['hooks.example.org', '10.0.0.0/8'],
    claudeConfigDir: '/projects/stood/claude',
    claudeCode: false,
    claudeTranscripts: false,
    claudePrices: '/projects/stood/prices.json',
    startFolders: ['/projects/stood', FOLDER],
    stateFolder: '/state/claude-swarm-dashboard',
    hookTokenFile: '/projects/stood/hook-token',
  });
});

test('parseConfig(): HOST and PORT win over the names of the Python server', () => {
  const old = { UVICORN_HOST: '0.0.0.0', UVICORN_PORT: '8080' };
  const { host, port } = parseConfig(old, FOLDER);
  assert.deepEqual([host, port], ['0.0.0.0', 8080]);
  const both = parseConfig({ ...old, HOST: 'localhost', PORT: '8001' }, FOLDER);
  assert.deepEqual([both.host, both.port], ['localhost', 8001]);
});

test('parseConfig(): relative paths start at the folder in which the command was given', () => {
  const config = parseConfig(
    { CLAUDESWARM_ROOT: '../swarm', SWARM_HISTORY: 'h.sqlite', INIT_CWD: '/projects/stood' },
    FOLDER,
  );
  assert.equal(config.root, '/projects/swarm');
  assert.deepEqual(config.history, { kind: 'file', path: '/projects/stood/h.sqlite' });
});

test('parseConfig(): each faulty value gives one sentence with variable and value', () => {
  const faulty: [string, string][] = [
    ['HOST', 'http://x'],
    ['PORT', '65536'],
    ['PORT', '80a'],
    ['PORT', '-1'],
    ['UVICORN_PORT', '8e3'],
    ['SWARM_TZ', 'Mars/Olympus'],
    ['SWARM_TZ', '+02:00'],
    ['SWARM_HISTORY_DAYS', '0'],
    ['SWARM_HISTORY_MESSAGES', 'many'],
    ['SWARM_ATTENTION_QUESTION_MINUTES', '-1'],
    ['SWARM_ATTENTION_QUESTION_HOURS', '0'],
    ['SWARM_ATTENTION_DELIVERY_MINUTES', '0'],
    ['SWARM_ATTENTION_ACK_SECONDS', '1.5'],
    ['TRUST_PROXY', 'everyone'],
    ['TRUST_PROXY', '0.0.0.0/0'],
    ['TRUST_PROXY', '0x7f.1'],
    ['TRUST_PROXY', '10/8'],
    ['LIMIT_STREAMS', '0'],
    ['LOG_LEVEL', 'loud'],
    ['LOG_FORMAT', 'xml'],
    ['DASHBOARD_ALLOW_ANONYMOUS', 'maybe'],
    ['ALERT_ALLOWED_HOSTS', 'a b'],
    ['ALLOWED_HOSTS', '*.example.org'],
    ['ALLOWED_HOSTS', 'example.org:80'],
    ['PUBLIC_URL', 'dash.example.org'],
    ['PUBLIC_URL', 'ftp://dash.example.org'],
    ['ALLOWED_ORIGINS', '*'],
    ['ALLOWED_ORIGINS', 'https://example.org/'],
    ['ALLOWED_ORIGINS', 'null'],
  ];
  for (const [variable, value] of faulty) {
    const found = faults({ [variable]: value });
    assert.equal(found.length, 1, `${variable}=${value}`);
    assert.match(found[0] as string, new RegExp(`\\b${variable} must .*; correct or unset it\\.$`));
    assert.ok(found[0]?.includes(JSON.stringify(value)), found[0]);
  }
});

test('parseConfig(): refuses a wildcard among exact origins, and names only the wildcard', () => {
  const found = faults({ ALLOWED_ORIGINS: 'https://example.org,*' });
  assert.equal(found.length, 1);
  assert.match(found[0] as string, /contains "\*"/);
});

test('parseConfig(): refuses a time in which no question could count', () => {
  const hour = { SWARM_ATTENTION_QUESTION_HOURS: '1' };
  assert.deepEqual(faults({ ...hour, SWARM_ATTENTION_QUESTION_MINUTES: '59' }), []);
  assert.match(
    faults({ ...hour, SWARM_ATTENTION_QUESTION_MINUTES: '60' })[0] as string,
    /QUESTION_MINUTES must be less/,
  );
});

test('parseConfig(): refuses a name without password and a password without name', () => {
  assert.match(faults({ DASHBOARD_USERNAME: 'ada' })[0] as string, /USERNAME is set without DASHBOARD_PASSWORD/);
  assert.match(faults({ DASHBOARD_PASSWORD: 'x' })[0] as string, /PASSWORD is set without DASHBOARD_USERNAME/);
  assert.equal(faults({ DASHBOARD_USERNAME: 'a:b', DASHBOARD_PASSWORD: 'x' }).length, 1);
});

test('parseConfig(): reports all faults together', () => {
  assert.equal(faults({ PORT: 'x', SWARM_TZ: 'x/y', DASHBOARD_USERNAME: 'ada' }).length, 3);
});

test('parseConfig(): no fault repeats a password', () => {
  const found = faults({
    DASHBOARD_PASSWORD: 'hunter2',
    PUBLIC_URL: 'https://ada:hunter2@dash.example.org',
    // The path of a webhook is a secret as well.
    ALERT_WEBHOOKS: 'https://hooks.example.org/a,htps://hooks.example.org/hunter2',
  });
  assert.equal(found.length, 3);
  assert.match(found.join(), /ALERT_WEBHOOKS must list .*, but entry 2 is not valid/);
  assert.ok(!found.join().includes('hunter2'), found.join());
});

test('parseConfig(): the settings are frozen', () => {
  const config = parseConfig({ DASHBOARD_USERNAME: 'a', DASHBOARD_PASSWORD: 'b' }, FOLDER);
  for (const part of [config, config.history, config.credentials, config.allowedHosts, config.startFolders]) {
    assert.ok(Object.isFrozen(part));
  }
});

test('historyPlace(): each root has its own history file, also with equal or odd folder names', () => {
  const config = parseConfig({ XDG_STATE_HOME: '/state' }, FOLDER);
  const { file, inFolder } = historyPlace(config, '/a/my project');
  assert.ok(inFolder);
  assert.match(file as string, /^\/state\/claude-swarm-dashboard\/my_project-[0-9a-f]{12}\.sqlite$/);
  assert.notEqual(historyPlace(config, '/b/my project').file, file);
  assert.match(historyPlace(config, '/').file as string, /\/root-[0-9a-f]{12}\.sqlite$/);
});

test('historyPlace(): a set path is the history file, and off means none', () => {
  const place = (SWARM_HISTORY: string) => historyPlace(parseConfig({ SWARM_HISTORY }, FOLDER), '/a');
  assert.deepEqual(place('/x/y.db'), { file: '/x/y.db', inFolder: false });
  for (const none of ['off', ':memory:']) assert.deepEqual(place(none), { file: null, inFolder: false });
});

test('historyPlace(): a path through a file counts as a file; opening it reports that it is unusable', () => {
  const path = `${import.meta.filename}/history.sqlite`;
  assert.deepEqual(historyPlace(parseConfig({ SWARM_HISTORY: path }, FOLDER), '/a'), { file: path, inFolder: false });
});

test('historyPlace(): in a folder that exists or is named with a slash each root has its own file', () => {
  for (const folder of ['/x/y/', tmpdir()]) {
    const { file, inFolder } = historyPlace(parseConfig({ SWARM_HISTORY: folder }, FOLDER), '/a');
    assert.equal(inFolder, true);
    assert.equal(dirname(file as string), resolve(folder));
  }
});

test('parseConfig(): ignores a relative XDG_STATE_HOME', () => {
  const config = parseConfig({ XDG_STATE_HOME: 'state', HOME: '/home/one' }, FOLDER);
  assert.equal(config.stateFolder, '/home/one/.local/state/claude-swarm-dashboard');
});

test('getConfig(): reads the environment once per process', () => {
  const script = `
    import { getConfig } from ${JSON.stringify(new URL('./config.ts', import.meta.url).href)};
    const first = getConfig();
    process.env.PORT = '9';
    console.log(first.port, getConfig() === first);
  `;
  const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    encoding: 'utf8',
    env: { ...process.env, PORT: '8' },
  });
  assert.equal(child.stdout, '8 true\n', child.stderr);
});

test('parseConfig(): blanks may be part of a path', () => {
  const named = { CLAUDESWARM_ROOT: '/projects/ shop ', DASHBOARD_TOKENS_FILE: '/etc/tokens ', INIT_CWD: '/stood ' };
  const { root, tokensFile, startFolders } = parseConfig(named, FOLDER);
  assert.deepEqual([root, tokensFile, startFolders[0]], ['/projects/ shop ', '/etc/tokens ', '/stood ']);
  assert.equal(parseConfig({ CLAUDESWARM_ROOT: '  ' }, FOLDER).root, null);
});

test('givenVariables(): lists set variables with their values, secrets without', () => {
  assert.deepEqual(givenVariables({ PORT: '9000', SWARM_TZ: ' ', DASHBOARD_PASSWORD: 'hunter2', PATH: '/bin' }), [
    ['PORT', '9000'],
    ['DASHBOARD_PASSWORD', null],
  ]);
});

test('parseConfig(): ACTIONS names groups of commands or is off, and OPERATOR_NAME is checked like an agent id', () => {
  assert.deepEqual(parseConfig({ ACTIONS: 'off' }).actions, []);
  assert.throws(
    () => parseConfig({ ACTIONS: 'locks,doors' }),
    /ACTIONS must list some of locks, messages, terminal, permissions, tasks, or be off, but contains "doors"; correct or unset/,
  );
  assert.throws(() => parseConfig({ ACTIONS: 'off,locks' }), /but contains "off"/);
  for (const name of ['-a', 'a-', 'a b', 'x'.repeat(65)]) {
    assert.throws(() => parseConfig({ OPERATOR_NAME: name }), /OPERATOR_NAME must be 1 to 64 letters/);
  }
});
