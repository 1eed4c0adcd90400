/**
 * The one source of the headers that tell a browser what it may do with an answer. What Next serves by itself (files,
 * redirects, its own 404) gets them too: they are set on Node's own response before Next sees the request, and a
 * setting read at the start (`PUBLIC_URL`) can decide, which `headers()` of next.config would settle at build time.
 */
import { createHash, randomBytes } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import type { Config } from '../../config/config';

export type HeadersConfig = Pick<Config, 'publicUrl'>;

const POLICY = 'Content-Security-Policy';

/** For whatever is no page: nothing is loaded, run, framed or sent from it, should a browser ever show it as one. */
const DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What no page here uses; writing to the clipboard is used, by the page itself. */
const DENIED_FEATURES = [
  'accelerometer',
  'autoplay',
  'camera',
  'clipboard-read',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'geolocation',
  'gyroscope',
  'hid',
  'identity-credentials-get',
  'idle-detection',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'picture-in-picture',
  'publickey-credentials-create',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'storage-access',
  'usb',
  'window-management',
  'xr-spatial-tracking',
];

const STANDING = {
  [POLICY]: DATA_POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** For pages alone: nothing else ever runs a script that could ask. */
const PERMISSIONS = [...DENIED_FEATURES.map((name) => `${name}=()`), 'clipboard-write=(self)'].join(', ');

/** A year, as browsers' preload lists ask for; other names below the host are not ours to speak for. */
const HSTS = 'max-age=31536000';

/** @returns what every answer carries, whatever it is */
export function standingHeaders(config: HeadersConfig): Record<string, string> {
  const secure = config.publicUrl?.startsWith('https:') ?? false;
  return secure ? { ...STANDING, 'Strict-Transport-Security': HSTS } : STANDING;
}

/** Sets the standing headers on every answer of this process from now on; to be called once. */
export function coverEveryAnswer(config: HeadersConfig): void {
  const headers = Object.entries(standingHeaders(config));
  subscribe('http.server.request.start', (message) => {
    const { response } = message as { response: ServerResponse };
    for (const [name, value] of headers) response.setHeader(name, value);
  });
}

/**
 * Gives an answer of the API what it does not have yet: it may not be kept, except as it says itself. The standing
 * headers are among them, since Next listens a moment before `coverEveryAnswer` can be called.
 */
export function setDataHeaders(headers: Pick<Headers, 'has' | 'set'>, config: HeadersConfig): void {
  const wanted = { ...standingHeaders(config), 'Cache-Control': 'private, no-store' };
  for (const [name, value] of Object.entries(wanted)) if (!headers.has(name)) headers.set(name, value);
}

/** @returns a new number for one page alone, by which the page's own scripts are told from all others */
export function newNonce(): string {
  return randomBytes(16).toString('base64');
}

interface PageOptions {
  nonce: string;
  /** Without the base path. */
  path: string;
  /** The development server compiles by `eval` and shows faults in elements that it styles itself. */
  development: boolean;
}

/**
 * The policy of a page, which Next reads too: it puts the nonce on each script of its own. Scripts that these load are
 * trusted through them (`strict-dynamic`), so that nothing else from here can be loaded as one.
 */
export function pagePolicy({ nonce, path, development }: PageOptions): string {
  const styles = development || path === '/redoc' ? "'unsafe-inline'" : `'nonce-${nonce}'`;
  const documents = path === '/docs' || path === '/redoc';
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    // ReDoc writes its styles while it draws and knows no nonce.
    `style-src 'self' ${styles}`,
    // Swagger UI and ReDoc draw their icons from data addresses in their styles.
    `img-src 'self'${documents ? ' data:' : ''}`,
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Sets what a page carries. */
export function setPageHeaders(headers: Headers, options: PageOptions, config: HeadersConfig): void {
  headers.set(POLICY, pagePolicy(options));
  headers.set('Permissions-Policy', PERMISSIONS);
  setDataHeaders(headers, config);
}

/** @returns the headers of a page that has no scripts and only this style */
export function plainPageHeaders(style: string): Record<string, string> {
  const hash = createHash('sha256').update(style).digest('base64');
  return { [POLICY]: `${DATA_POLICY}; style-src 'sha256-${hash}'` };
}
