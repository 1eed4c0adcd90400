/**
 * A response taken out of Next's hands. Next ends it, believes it finished and lets go of everything it holds for the
 * request; the socket stays open and is written to directly. What that saves is measured in
 * docs/decisions/0050-detached-streams.md.
 *
 * It leans on two things that are no promise of Next or Node: that Next calls `end` on Node's own response, and that
 * Node's own listener for `finish` is the first one. Where they are not as expected nothing is detached, and the caller
 * answers in the ordinary way.
 */
import type { ServerResponse } from 'node:http';

/**
 * To be called before the answer is returned to Next.
 *
 * @param onDetached the head and what was returned as body are written, and the response is the caller's
 * @returns false if it can't be detached
 */
export function detach(response: ServerResponse, onDetached: () => void): boolean {
  const nodesOwn = response.listeners('finish')[0];
  if (response.headersSent || response.destroyed || nodesOwn?.name !== 'bound resOnFinish') return false;
  const { end } = response;
  response.end = ((chunk?: unknown) => {
    response.end = end;
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) response.write(chunk);
    // Node's own listener would take the socket away; the others wait for it to let go of the request.
    for (const listener of response.rawListeners('finish').slice(1)) {
      response.removeListener('finish', listener as () => void);
      listener.call(response);
    }
    onDetached();
    return response;
  }) as typeof end;
  return true;
}
