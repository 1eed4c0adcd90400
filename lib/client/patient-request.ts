/** Sends requests to the server: its address, the wait while it is busy, and what a refusal says to a person. */
import type { Problem } from '../contract/schemas';
import { ApiError, failureSentence, type RequestOptions } from './api-error';
import { serverUrl } from './base-path';
import { RequestTimeout } from './request-timeout';
import { MAX_CONNECTIONS, streamsUseAllConnections } from './stream-census';

/** The longest total wait for a busy server, in milliseconds; after it the person decides. */
const MAX_WAIT_MS = 15_000;
/** For the head of an answer, and again for each part of its body: a slow link is no silent server. */
const ANSWER_TIMEOUT_MS = 15_000;

/** As `request` of `api.ts`, which loads this. */
export async function requestPatiently(path: string, options: RequestOptions): Promise<Response> {
  const timeout = new RequestTimeout(ANSWER_TIMEOUT_MS, options.signal ?? null);
  try {
    return await answerOf(path, options, timeout);
  } finally {
    // The caller's signal goes on to end the reading of the body.
    timeout.stop();
  }
}

/** As `readJson` of `api.ts`, which loads this. */
export async function readPatiently<Answer>(path: string, options: RequestOptions): Promise<Answer> {
  const timeout = new RequestTimeout(ANSWER_TIMEOUT_MS, options.signal ?? null);
  try {
    return JSON.parse(await readText(await answerOf(path, options, timeout), timeout)) as Answer;
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof ApiError) throw error;
    throw new ApiError(failureSentence(options.failure, whyUnread(error, timeout)), null);
  } finally {
    timeout.close();
  }
}

async function answerOf(path: string, options: RequestOptions, timeout: RequestTimeout): Promise<Response> {
  const { signal = null, failure, method = 'GET', body, authorization } = options;
  const headers: HeadersInit = {
    ...(body && { 'Content-Type': 'application/json' }),
    ...(authorization && { Authorization: authorization }),
  };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetchPatiently(serverUrl(path), init, timeout).catch(async () => {
    signal?.throwIfAborted();
    throw new ApiError(
      failureSentence(failure, timeout.passed ? await whySilent() : 'the server does not answer'),
      null,
    );
  });
  if (response.ok) return response;
  timeout.restart();
  const problem: Partial<Problem> = await response.json().catch(() => ({}));
  const faults = problem.errors?.map(({ parameter, detail }) => `“${parameter}” ${detail}`).join(' ');
  const detail = faults || problem.detail || failureSentence(failure, `the server answered ${response.status}`);
  throw new ApiError(detail, response.status);
}

async function readText({ body }: Response, timeout: RequestTimeout): Promise<string> {
  if (body === null) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    timeout.restart();
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
  }
}

/** @returns why an answer that had begun could not be read, as the end of a sentence */
function whyUnread(error: unknown, timeout: RequestTimeout): string {
  if (timeout.passed) return `the answer of the server stopped for ${ANSWER_TIMEOUT_MS / 1000} s`;
  return error instanceof SyntaxError ? 'the answer of the server is not JSON' : 'the answer of the server was cut off';
}

/** @returns why there was no answer in time, as far as there is evidence, as the end of a sentence */
async function whySilent(): Promise<string> {
  if (!(await streamsUseAllConnections())) return `no answer from the server within ${ANSWER_TIMEOUT_MS / 1000} s`;
  return `too many open tabs use all ${MAX_CONNECTIONS} connections of this browser to the server. Close some and try again`;
}

async function fetchPatiently(url: string, init: RequestInit, timeout: RequestTimeout): Promise<Response> {
  let waited = 0;
  for (;;) {
    timeout.restart();
    const response = await fetch(url, { ...init, signal: timeout.signal });
    timeout.stop();
    const busy = response.status === 429 || response.status === 503;
    const seconds = busy ? Number(response.headers.get('Retry-After') ?? Number.NaN) : Number.NaN;
    waited += Math.max(seconds * 1000, 1000);
    // `waited` is NaN if the server names no time to wait.
    if (!(waited <= MAX_WAIT_MS)) return response;
    await pause(Math.max(seconds * 1000, 1000), timeout.signal);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}
