/** Receivers of alerts, as the settings write them: ALERT_WEBHOOKS, and the text of ALERTS_FILE. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ConfigError } from '../config/config';
import { attentionKind, attentionSeverity } from '../contract/schemas';
import { readYaml } from '../platform/yaml';
import type { AlertRule } from './rule';
import { secretFault } from './signature';

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const variable = z.string().regex(VARIABLE, 'must be the name of an environment variable');
const url = z.string().refine((text) => isWebAddress(text), {
  // The value stays unsaid: the path of a webhook is a secret.
  message: 'must be a URL that starts with http:// or https:// and holds no credentials',
});

/** One receiver as a file names it. */
const written = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z0-9._-]{1,40}$/, 'must be 1 to 40 letters, digits, dots, dashes or underscores'),
    url: url.optional(),
    /** The variable that holds the URL. */
    url_env: variable.optional(),
    format: z.enum(['json', 'slack', 'discord']).default('json'),
    kinds: z.array(attentionKind).min(1, 'must name at least one kind, or be left out for all').optional(),
    /** The least severity; where kinds are named, any will do. */
    severity: attentionSeverity.optional(),
    minimum_age_seconds: z.number().min(0).max(86_400).default(5),
    resolved: z.boolean().default(true),
    secret: z.string().optional(),
    secret_env: variable.optional(),
    limit_per_minute: z.int().min(1).max(600).default(20),
    timeout_seconds: z.number().min(0.1).max(60).default(10),
  })
  .superRefine((receiver, context) => {
    const fault = (message: string) => context.addIssue({ code: 'custom', message });
    if ((receiver.url === undefined) === (receiver.url_env === undefined)) {
      fault('must have url or url_env, and not both');
    }
    if (receiver.secret !== undefined && receiver.secret_env !== undefined) {
      fault('must not have both secret and secret_env');
    }
    const message = secretFault(receiver.secret ?? null);
    if (message !== null) context.addIssue({ code: 'custom', path: ['secret'], message });
  });

const alertsFile = z.strictObject({ receivers: z.array(written).max(20) });

type Written = z.infer<typeof written>;

/** A receiver with what it takes to reach it. */
export interface Receiver {
  rule: AlertRule;
  url: string;
  format: Written['format'];
  /** Signs what is posted; null: nothing does. */
  secret: string | null;
  timeoutMs: number;
}

/** @returns those of ALERT_WEBHOOKS, each address once */
export function webhookReceivers(urls: readonly string[], secret: string | null): Receiver[] {
  return [...new Set(urls)].map((url) => received(written.parse({ name: webhookName(url), url }), url, secret));
}

/** What is known of a file besides its text. */
interface FileContext {
  file: string;
  /** ALERT_SECRET, for those that name none. */
  alertSecret: string | null;
  /** Gives the value of an environment variable that the file names, null if it is not set. */
  variable: (name: string) => string | null;
}

/**
 * Reads the text of ALERTS_FILE.
 *
 * @throws {ConfigError} naming the file, the place in it and what to do, but no address and no secret
 */
export function parseReceivers(text: string, { file, alertSecret, variable }: FileContext): Receiver[] {
  const faults: string[] = [];
  const fail = (place: string, message: string) => faults.push(`ALERTS_FILE ${file}${place}: ${message}; correct it.`);
  const read = readYaml(text, 'core');
  if ('faults' in read) {
    for (const { line, message } of read.faults) fail(line === null ? '' : `, line ${line}`, message);
    throw new ConfigError(faults);
  }
  const result = alertsFile.safeParse(read.value);
  for (const { path, message } of result.error?.issues ?? []) fail(settingPlace(path), message);
  const { receivers } = result.data ?? { receivers: [] };
  const named = (name: string | undefined, place: string) => {
    if (name === undefined) return undefined;
    const value = variable(name);
    if (value === null) fail(place, `the environment variable ${name} is not set`);
    return value ?? undefined;
  };
  const found = receivers.map((receiver, index) => {
    const place = `, receivers[${index}]`;
    const first = receivers.findIndex(({ name }) => name === receiver.name);
    if (first < index) fail(`${place}.name`, `receivers[${first}] has the same name`);
    const address = receiver.url ?? named(receiver.url_env, `${place}.url_env`) ?? '';
    if (address !== '' && !isWebAddress(address)) fail(`${place}.url_env`, 'the variable holds no http or https URL');
    const ownSecret = named(receiver.secret_env, `${place}.secret_env`);
    const secretMessage = secretFault(ownSecret ?? null);
    if (secretMessage !== null) fail(`${place}.secret_env`, `the variable's value ${secretMessage}`);
    const secret = receiver.secret ?? ownSecret ?? alertSecret;
    return received(receiver, address, secret);
  });
  if (faults.length > 0) throw new ConfigError(faults);
  return found;
}

function settingPlace(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '';
  const words = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return `, ${words.slice(1)}`;
}

function received(receiver: Written, url: string, secret: string | null): Receiver {
  const { name, kinds = null, format, resolved } = receiver;
  const rule: AlertRule = {
    name,
    kinds,
    severity: receiver.severity ?? (kinds === null ? 'warning' : 'notice'),
    minimumAgeMs: receiver.minimum_age_seconds * 1000,
    resolved,
    limitPerMinute: receiver.limit_per_minute,
  };
  return { rule, url, format, secret, timeoutMs: receiver.timeout_seconds * 1000 };
}

/** The host, and so much of a hash that two webhooks of one host keep their names whatever stands beside them. */
function webhookName(url: string): string {
  const hash = createHash('sha256').update(url).digest('hex').slice(0, 6);
  const host = new URL(url).hostname.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 33);
  return `${host}-${hash}`;
}

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}
