/**
 * The messaging socket of a session of Claude Code 2.1.332. It answers nothing: whether a message was taken is in the
 * transcript alone.
 */
import { lstat } from 'node:fs/promises';
import { connect } from 'node:net';
import { describeFileError, errorCode } from '../../platform/read-file';

const CONNECT_TIMEOUT_MS = 5000;
const WRITE_TIMEOUT_MS = 5000;

/** `unsent`: nothing was sent. `cut`: the connection ended while it was sent. Both with a sentence. */
export type SocketSent = { kind: 'sent' } | { kind: 'unsent'; detail: string } | { kind: 'cut'; detail: string };

export interface SocketMessage {
  /** A fresh UUID, by which the transcript names the message. */
  msgId: string;
  /** As shown to the person at the terminal: letters, digits, `_` and `-`. */
  from: string;
  text: string;
}

/**
 * Sends one message: one frame, then the end.
 *
 * @param path of the socket, as the session's file has it
 * @param onConnected called once before anything is written; if it rejects, nothing is
 */
export async function sendToSocket(
  path: string,
  message: SocketMessage,
  onConnected: () => Promise<void>,
): Promise<SocketSent> {
  const fault = await socketFault(path);
  if (fault !== null) return { kind: 'unsent', detail: fault };
  return new Promise((resolve) => {
    let isWriting = false;
    const socket = connect(path);
    const end = (sent: SocketSent) => {
      socket.destroy();
      resolve(sent);
    };
    const failed = (detail: string) => end({ kind: isWriting ? 'cut' : 'unsent', detail });
    socket.setTimeout(CONNECT_TIMEOUT_MS, () =>
      failed(`The messaging socket ${path} did not take the message in time.`),
    );
    socket.on('error', (error) => failed(`The messaging socket ${path} failed (${errorCode(error)}).`));
    // What the session says is not defined, and must not stay unread.
    socket.resume();
    socket.once('connect', () => {
      onConnected().then(
        () => {
          isWriting = true;
          socket.setTimeout(WRITE_TIMEOUT_MS);
          // Closed by the session when it has read it; the timeout above ends one that does not.
          // With an error it was not written whole; the listener above says so.
          socket.end(frameOf(message), (error?: Error | null) => error || resolve({ kind: 'sent' }));
        },
        (error: unknown) => failed(error instanceof Error ? error.message : String(error)),
      );
    });
    socket.once('close', () => failed(`The messaging socket ${path} closed the connection.`));
  });
}

/** @returns the frame, one line of JSON */
function frameOf({ msgId, from, text }: SocketMessage): string {
  const tag = 'cross-session-message';
  // A text that ends the wrapper by itself could pretend to be of somebody else; without it, it is shown as a long notice.
  const wrapped = text.includes(tag) ? text : `<${tag} from="dashboard" from-name="${from}">\n${text}\n</${tag}>`;
  const content = { role: 'user', content: wrapped };
  return `${JSON.stringify({ msgV: 1, msg_id: msgId, type: 'user', message: content, priority: 'next' })}\n`;
}

/** @returns a sentence if it is not a socket of this user; null if it is */
async function socketFault(path: string): Promise<string | null> {
  try {
    const found = await lstat(path);
    const user = process.getuid?.() ?? null;
    if (!found.isSocket()) return `${path} is no socket, so it is not the messaging socket of a session.`;
    if (user !== null && found.uid !== user) return `The messaging socket ${path} belongs to another user.`;
    return null;
  } catch (error) {
    return `The messaging socket ${path} can't be used: ${describeFileError(error)}.`;
  }
}
