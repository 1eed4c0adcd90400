/** The page's one connection to terminals, with the browser's sockets, and the life of the page that it follows. */

import { TERMINAL_BY_QUERY_PATH, WEBSOCKET_PATH } from '../contract/paths';
import type { TerminalMode } from '../contract/terminal-schemas';
import { requestPath } from './api';
import { serverUrl } from './base-path';
import { operatorAuthorization } from './commands';
import { type PageSocket, type PageStream, SocketCarrier, StreamCarrier } from './terminal-carriers';
import { TerminalLink } from './terminal-link';

/** A page that is hidden for this long ends its connection: another look at a window behind it costs nothing. */
const HIDDEN_TIMEOUT_MS = 10_000;

let link: TerminalLink | null = null;

/** @returns the page's connection to terminals, which opens with the first one that is watched */
export function pageTerminals(): TerminalLink {
  link ??= followPage(
    new TerminalLink({
      openSocket: (events) => new SocketCarrier({ open: openSocket, authorization: operatorAuthorization }, events),
      openStreams: (events) => new StreamCarrier(openStream, events),
    }),
  );
  return link;
}

function openSocket(protocol: string): PageSocket {
  return new WebSocket(serverUrl(WEBSOCKET_PATH).replace(/^http/, 'ws'), protocol);
}

function openStream(agent: string, mode: TerminalMode, lastId: string | null): PageStream {
  const query = new URLSearchParams({ id: agent, mode, ...(lastId !== null && { last_event_id: lastId }) });
  return new EventSource(serverUrl(requestPath(TERMINAL_BY_QUERY_PATH, query)));
}

/** As long as the page lives. */
function followPage(followed: TerminalLink): TerminalLink {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const back = () => {
    clearTimeout(timer);
    if (document.visibilityState === 'visible') followed.resume();
  };
  const leave = () => {
    clearTimeout(timer);
    followed.pause();
  };
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') back();
    else timer = setTimeout(leave, HIDDEN_TIMEOUT_MS);
  });
  window.addEventListener('pageshow', back);
  window.addEventListener('online', back);
  window.addEventListener('pagehide', leave);
  document.addEventListener('freeze', leave);
  document.addEventListener('resume', back);
  return followed;
}
