/**
 * Runs the ready-made configurations of docs/deploy as they are: only addresses, the name and the certificate are those
 * of a test.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, PROJECT } from './production-server';

/** The file in which nginx logs the server of each request when the request ends. */
export const UPSTREAMS_LOG = 'upstreams.log';

export type ProxyKind = 'nginx' | 'caddy';

/** @returns the path of a program; null if it is not installed */
export function locate(program: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file)) ?? null;
}

/** Replaces parts of a text, each of which must be there. */
function substitute(text: string, parts: readonly [old: RegExp, fresh: string][]): string {
  return parts.reduce((result, [old, fresh]) => {
    if (!old.test(result)) throw new Error(`The ready-made configuration contains nothing like ${old}.`);
    return result.replace(old, fresh);
  }, text);
}

/** A proxy in front of several servers, at https://localhost, with a certificate that no client trusts. */
export class ReadyProxy {
  readonly #kind: ProxyKind;
  /** The folder of its files. */
  readonly folder: string;
  #port = 0;
  #child: ChildProcess | null = null;

  /** @param folder an empty one, for its files */
  constructor(kind: ProxyKind, folder: string) {
    this.#kind = kind;
    this.folder = folder;
  }

  get url(): string {
    return `https://localhost:${this.#port}`;
  }

  /** @param upstreams ports of this computer */
  async configure(upstreams: readonly number[]): Promise<void> {
    this.#port = await freePort();
    const [certificate, key] = [join(this.folder, 'cert.pem'), join(this.folder, 'key.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate];
    execFileSync('openssl', [...words, ...subject], { stdio: 'ignore' });
    const write = (name: string, text: string) => writeFileSync(join(this.folder, name), text);
    const ready = (name: string) => readFileSync(join(PROJECT, 'docs/deploy', name), 'utf8');
    if (this.#kind === 'nginx') {
      write('main.conf', nginxAround(this.folder));
      write(
        'site.conf',
        substitute(ready('nginx.conf'), [
          [/server 127\.0\.0\.1:8000;/, upstreams.map((port) => `server 127.0.0.1:${port};`).join(' ')],
          [/^ {4}listen 80;/m, `    listen 127.0.0.1:${await freePort()};`],
          [/^ {4}listen 443 /m, `    listen 127.0.0.1:${this.#port} `],
          [/server_name swarm\.example\.org;/g, 'server_name localhost;'],
          [/\/etc\/ssl\/certs\/swarm\.example\.org\.pem/, certificate],
          [/\/etc\/ssl\/private\/swarm\.example\.org\.key/, key],
        ]),
      );
    } else {
      const site = substitute(ready('Caddyfile'), [
        [/^swarm\.example\.org \{/m, `https://localhost:${this.#port} {\n\ttls ${certificate} ${key}`],
        [/127\.0\.0\.1:8000/, upstreams.map((port) => `127.0.0.1:${port}`).join(' ')],
      ]);
      // No control port, no port 80, no HTTP/3: they are not tested, and the ports may be in use here.
      const globals = '{\n\tadmin off\n\tauto_https disable_redirects\n\tservers {\n\t\tprotocols h1 h2\n\t}\n}\n';
      write('Caddyfile', globals + site);
    }
  }

  /** Starts it and waits until it listens. */
  async start(): Promise<void> {
    const words =
      this.#kind === 'nginx'
        ? ['-p', this.folder, '-c', join(this.folder, 'main.conf')]
        : ['run', '--adapter', 'caddyfile', '--config', join(this.folder, 'Caddyfile')];
    const env = { ...process.env, HOME: this.folder, XDG_DATA_HOME: this.folder, XDG_CONFIG_HOME: this.folder };
    const child = spawn(locate(this.#kind) as string, words, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    while (!(await listens(this.#port))) {
      if (child.exitCode !== null) throw new Error(`${this.#kind} does not start: ${said}`);
      await delay(20);
    }
  }

  /** Ends it at once, and with it every connection through it. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
}

/** The settings around a site in Debian's nginx.conf, for a process of this user alone. */
function nginxAround(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `daemon off;
master_process off;
pid ${folder}/pid;
error_log stderr error;
events {}
http {
  log_format upstreams '$request_uri $upstream_addr';
  access_log ${folder}/${UPSTREAMS_LOG} upstreams;
  gzip on;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  include ${folder}/site.conf;
}
`;
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}
