/**
 * The only source of the headers that tell a browser what it may do with an answer. Answers that Next creates by itself
 * (files, redirects, its own 404) get them too: they are set on Node's own response before Next sees the request. So
 * they can depend on a setting that is read at the start (`PUBLIC_URL`), whereas `headers()` of next.config would fix
 * them at build time.
 */
import { createHash, randomBytes } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import type { Config } from '../../config/config';

export type HeadersConfig = Pick<Config, 'publicUrl'>;

const POLICY = 'Content-Security-Policy';

/**
 * For everything that is not a page: even if a browser shows it as one, it loads, runs and sends nothing and can't be
 * framed.
 */
const DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Features that no page uses. Writing to the clipboard is used, by the page itself. */
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

/** Only for pages: nothing else runs a script that could use these features. */
const PERMISSIONS = [...DENIED_FEATURES.map((name) => `${name}=()`), 'clipboard-write=(self)'].join(', ');

/** A year, as browsers' preload lists require. Subdomains are not included, since they may belong to others. */
const HSTS = 'max-age=31536000';

/** @returns the headers of every answer */
export function standingHeaders(config: HeadersConfig): Record<string, string> {
  const secure = config.publicUrl?.startsWith('https:') ?? false;
  return secure ? { ...STANDING, 'Strict-Transport-Security': HSTS } : STANDING;
}

/** Sets the standing headers on every answer of this process from now on. Call it once. */
export function coverEveryAnswer(config: HeadersConfig): void {
  const headers = Object.entries(standingHeaders(config));
  subscribe('http.server.request.start', (message) => {
    const { response } = message as { response: ServerResponse };
    for (const [name, value] of headers) response.setHeader(name, value);
  });
}

/**
 * Sets headers on an API answer, if it does not have them yet. Answers must not be cached unless they say so
 * themselves. Includes the standing headers, since Next listens a moment before `coverEveryAnswer` can be called.
 */
export function setDataHeaders(headers: Pick<Headers, 'has' | 'set'>, config: HeadersConfig): void {
  const wanted = { ...standingHeaders(config), 'Cache-Control': 'private, no-store' };
  for (const [name, value] of Object.entries(wanted)) if (!headers.has(name)) headers.set(name, value);
}

/** @returns a new nonce for one page, which identifies the page's own scripts */
export function newNonce(): string {
  return randomBytes(16).toString('base64');
}

interface PageOptions {
  nonce: string;
  /** The path without the base path. */
  path: string;
  /** The development server compiles with `eval` and shows faults in elements with their own styles. */
  development: boolean;
}

/**
 * The content policy of a page. Next reads it too and puts the nonce on each of its scripts. Scripts that these load
 * are trusted (`strict-dynamic`), and nothing else from this server can be loaded as a script.
 */
export function pagePolicy({ nonce, path, development }: PageOptions): string {
  const styles = development || path === '/redoc' ? "'unsafe-inline'" : `'nonce-${nonce}'`;
  const documents = path === '/docs' || path === '/redoc';
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    // ReDoc adds styles at run time and does not support nonces.
    `style-src 'self' ${styles}`,
    // Swagger UI and ReDoc use icons with data URLs in their styles.
    `img-src 'self'${documents ? ' data:' : ''}`,
    "font-src 'self'",
    "manifest-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Sets the headers of a page. */
export function setPageHeaders(headers: Headers, options: PageOptions, config: HeadersConfig): void {
  headers.set(POLICY, pagePolicy(options));
  headers.set('Permissions-Policy', PERMISSIONS);
  setDataHeaders(headers, config);
}

/** @returns the headers of a page without scripts and with only this style */
export function plainPageHeaders(style: string): Record<string, string> {
  const hash = createHash('sha256').update(style).digest('base64');
  return { [POLICY]: `${DATA_POLICY}; style-src 'sha256-${hash}'` };
}
