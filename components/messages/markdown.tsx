import { Lexer, type Token, type Tokens } from 'marked';
import { type ReactNode, use, useMemo } from 'react';
import { isMeant, safeHref } from '@/components/messages/parse-markdown';
import { Highlighted } from './highlighted';
import { InReach } from './in-reach';

const DEEPEST = 12;

/**
 * Renders a message's Markdown as React elements. Only the lexer of the library is used: no HTML is generated, so none
 * can be injected. Unknown tokens are shown as written.
 */
export default function Markdown({ text }: { text: string }) {
  const tokens = useMemo(() => markdownTokens(text), [text]);
  if (tokens === null) return <Plain text={text} />;
  // Code and tables scroll on their own and may be as wide as the list.
  return <div className="space-y-1.5 [&>:not([role=group])]:max-w-measure">{blocks(tokens, 0)}</div>;
}

function Plain({ text }: { text: string }) {
  return (
    <div className="max-w-measure whitespace-pre-wrap">
      <Highlighted text={text} />
    </div>
  );
}

/** @returns null if the lexer fails, for example on thousands of nested levels */
function markdownTokens(text: string): Token[] | null {
  try {
    return new Lexer({ gfm: true, breaks: true }).lex(text);
  } catch {
    return null;
  }
}

/** The place of a token is its key: a message's text never changes. */
function numbered<Item>(items: readonly Item[] | undefined): { item: Item; key: number }[] {
  return items?.map((item, key) => ({ item, key })) ?? [];
}

function blocks(tokens: readonly Token[], depth: number): ReactNode {
  return numbered(tokens).map(({ item, key }) => <Block key={key} token={item as Tokens.Generic} depth={depth} />);
}

function inline(tokens: readonly Token[] | undefined, depth: number): ReactNode {
  return numbered(tokens).map(({ item, key }) => <Inline key={key} token={item as Tokens.Generic} depth={depth} />);
}

interface Piece {
  token: Tokens.Generic;
  depth: number;
}

function Block({ token, depth }: Piece) {
  if (depth > DEEPEST) return <Plain text={token.raw} />;
  switch (token.type) {
    case 'space':
    case 'checkbox':
      return null;
    case 'hr':
      return <hr className="border-line" />;
    case 'heading':
      return <p className="font-semibold">{inline(token.tokens, depth + 1)}</p>;
    case 'code':
      return <Code token={token as Tokens.Code} />;
    case 'blockquote':
      return (
        <blockquote className="space-y-1.5 border-line border-l-2 pl-3 text-muted">
          {blocks(token.tokens ?? [], depth + 1)}
        </blockquote>
      );
    case 'list':
      return <List token={token as Tokens.List} depth={depth} />;
    case 'table':
      return <Table token={token as Tokens.Table} depth={depth} />;
    case 'paragraph':
      return <p className="whitespace-pre-wrap">{inline(token.tokens, depth + 1)}</p>;
    case 'text':
      return (
        <span className="whitespace-pre-wrap">
          {token.tokens ? inline(token.tokens, depth + 1) : <Highlighted text={token.raw} />}
        </span>
      );
    default:
      return <Plain text={token.raw} />;
  }
}

function Inline({ token, depth }: Piece) {
  if (depth > DEEPEST) return <Highlighted text={token.raw} />;
  const inside = () => inline(token.tokens, depth + 1);
  switch (token.type) {
    case 'strong':
      return isMeant(token.raw) ? (
        <strong className="font-semibold">{inside()}</strong>
      ) : (
        <Highlighted text={token.raw} />
      );
    case 'em':
      return isMeant(token.raw) ? <em>{inside()}</em> : <Highlighted text={token.raw} />;
    case 'del':
      return <del>{inside()}</del>;
    case 'codespan':
      return (
        <code translate="no" className="rounded-xs bg-tint px-1 py-px">
          <Highlighted text={token.text} />
        </code>
      );
    case 'br':
      return <br />;
    case 'link':
      return <Link token={token as Tokens.Link} depth={depth} />;
    case 'text':
      return token.tokens ? inside() : <Highlighted text={token.raw} />;
    default:
      return <Highlighted text={token.raw} />;
  }
}

/**
 * Only http(s) addresses become links. The address is shown where the text differs from it, so that a link cannot
 * mislead.
 */
function Link({ token, depth }: { token: Tokens.Link; depth: number }) {
  const href = safeHref(token.href);
  const tabIndex = use(InReach) ? 0 : -1;
  if (href === null) return <Highlighted text={token.raw} />;
  const bare = token.text === token.href;
  return (
    <>
      <a href={href} target="_blank" rel="noopener noreferrer nofollow" tabIndex={tabIndex} className="link underline">
        {bare ? <Highlighted text={token.text} /> : inline(token.tokens, depth + 1)}
      </a>
      {!bare && (
        <span className="text-muted">
          {' '}
          (<Highlighted text={token.href} />)
        </span>
      )}
    </>
  );
}

function Code({ token }: { token: Tokens.Code }) {
  const lines = token.lang?.startsWith('diff') ? token.text.split('\n') : null;
  return (
    <Wide label="Code" className="rounded-sm bg-tint px-3 py-2">
      <pre className="leading-snug">
        <code translate="no">
          {lines ? (
            numbered(lines).map(({ item, key }) => <DiffLine key={key} line={item} />)
          ) : (
            <Highlighted text={token.text} />
          )}
        </code>
      </pre>
    </Wide>
  );
}

/** Content without line breaks; it scrolls on its own, also by keyboard. */
function Wide({ label, className = '', children }: { label: string; className?: string; children: ReactNode }) {
  const tabIndex = use(InReach) ? 0 : -1;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    <div role="group" aria-label={label} tabIndex={tabIndex} className={`overflow-x-auto ${className}`}>
      {children}
    </div>
  );
}

function DiffLine({ line }: { line: string }) {
  const colour = line.startsWith('+') ? 'text-good' : line.startsWith('-') ? 'text-bad' : '';
  return (
    <span className={colour}>
      <Highlighted text={line} />
      {'\n'}
    </span>
  );
}

function List({ token, depth }: { token: Tokens.List; depth: number }) {
  const items = numbered(token.items).map(({ item, key }) => (
    <li key={key}>
      {item.task && (
        <span role="img" aria-label={item.checked ? 'done' : 'to do'} className="mr-1.5 font-mono text-muted">
          {item.checked ? '☑' : '☐'}
        </span>
      )}
      {blocks(item.tokens, depth + 1)}
    </li>
  ));
  const isTasks = token.items.some(({ task }) => task);
  if (token.ordered) {
    return (
      <ol start={Number(token.start) || 1} className="list-decimal pl-6 marker:text-muted">
        {items}
      </ol>
    );
  }
  return <ul className={isTasks ? 'pl-1' : 'list-disc pl-5 marker:text-muted'}>{items}</ul>;
}

function Table({ token, depth }: { token: Tokens.Table; depth: number }) {
  const cell = (index: number) =>
    `border-line border-b py-1 pr-4 align-top ${token.align[index] === 'right' ? 'text-right' : 'text-left'}`;
  return (
    <Wide label="Table">
      <table>
        <thead>
          <tr>
            {numbered(token.header).map(({ item, key }) => (
              <th key={key} scope="col" className={`${cell(key)} font-medium text-muted`}>
                {inline(item.tokens, depth + 1)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {numbered(token.rows).map(({ item: row, key: at }) => (
            <tr key={at}>
              {numbered(row).map(({ item, key }) => (
                <td key={key} className={cell(key)}>
                  {inline(item.tokens, depth + 1)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
