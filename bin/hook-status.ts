/** The output of `hooks status`: where the hooks are installed, and whether the dashboard accepts their token. */
import { HOOK_EVENTS } from '../lib/sources/claude-code/hook-payloads';
import type { HookInstalls } from './hook-installs';
import { installedHooks, PERMISSION_TIMEOUT_SECONDS } from './hook-settings';
import { readSettingsFile } from './settings-file';
import { StartError } from './start-error';

const ANSWER_TIMEOUT_MS = 3000;

/** Where the hooks may be: the user's settings, and those of a project that are not shared. */
export interface SettingsPlaces {
  user: string;
  project: string;
  /** Of the project; null where none was found. */
  root: string | null;
}

/** @param url where hooks are posted to unless an installation names another address */
export async function describeStatus(places: SettingsPlaces, installs: HookInstalls, url: string): Promise<string> {
  const files = [
    ...(places.root === null ? [] : [['project', places.project] as const]),
    ['user', places.user] as const,
  ].map(([name, path]) => ({ name, path, ...describeFile(path) }));
  const urls = files.flatMap((file) => file.urls);
  const token = readToken(installs);
  const asked = await Promise.all(
    [...new Set(urls.length > 0 ? urls : [url])].map(
      async (one): Promise<Row> => ['dashboard', `${one}: ${await describeAnswer(one, token.token)}`],
    ),
  );
  return table([
    ...files.map(({ name, path, said }): Row => [name, `${path}: ${said}`]),
    ['token', token.said],
    ...asked,
  ]);
}

type Row = [name: string, value: string];

function describeFile(path: string): { said: string; urls: string[] } {
  try {
    const { text } = readSettingsFile(path);
    if (text === null) return { said: 'no file', urls: [] };
    const { events, urls, hasToken, permissionTimeoutSeconds } = installedHooks(text, path);
    if (events.length === 0) return { said: 'no hooks of the dashboard', urls };
    const count = events.length === HOOK_EVENTS.length ? 'installed' : `only ${events.join(', ')}; install again`;
    const waits = events.includes('PermissionRequest') ? describeTimeout(permissionTimeoutSeconds) : '';
    return {
      said: `${count}, to ${urls.join(', ')}, token ${hasToken ? 'in this file' : 'from the environment'}${waits}`,
      urls,
    };
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return { said: error.message, urls: [] };
  }
}

/** An earlier version registered 5 s for all: then a permission request can hardly be answered in the dashboard. */
function describeTimeout(seconds: number | null): string {
  if (seconds !== null && seconds >= PERMISSION_TIMEOUT_SECONDS) return '';
  const time = seconds === null ? 'no time of its own' : `only ${seconds} s`;
  return `; permission requests wait ${time} for an answer of the dashboard (${PERMISSION_TIMEOUT_SECONDS} s are needed): install again`;
}

function readToken(installs: HookInstalls): { token: string | null; said: string } {
  try {
    const token = installs.token();
    return { token, said: token === null ? 'none; "hooks install" creates one' : installs.tokenFile };
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return { token: null, said: error.message };
  }
}

/** Posts an event that the dashboard ignores. */
async function describeAnswer(url: string, token: string | null): Promise<string> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: '{"hook_event_name":"DashboardStatus"}',
      headers: { 'Content-Type': 'application/json', ...(token !== null && { Authorization: `Bearer ${token}` }) },
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    if (response.status === 204) return 'accepts the token';
    return `answers ${response.status}; ${response.status === 401 ? 'it does not know the token' : 'is it this dashboard?'}`;
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string } };
    return `no answer (${cause?.code ?? message}); start the dashboard, or install with --url`;
  }
}

function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return ['Hooks', ...rows.map(([name, value]) => `  ${name.padEnd(width)}${value}`)].join('\n');
}
