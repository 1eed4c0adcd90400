import type { ServerContext } from './server-context';

const documents = new WeakMap<ServerContext, Promise<string>>();

/** @returns the API document as JSON; what makes it is as large as the document, and is loaded at the first request */
export function apiDocument(context: ServerContext): Promise<string> {
  const known = documents.get(context);
  if (known !== undefined) return known;
  const made = import('../../contract/openapi').then(({ openApiDocument }) =>
    JSON.stringify(openApiDocument(context.version, context.endpoints)),
  );
  documents.set(context, made);
  return made;
}
