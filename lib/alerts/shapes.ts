/**
 * The bodies of posts, in the shape that a receiver asks for. The swarm's text is shown as plain text: it mentions
 * nobody, formats nothing and contains no link.
 */
import type { Alert, AlertPost } from '../contract/alert-schemas';
import type { AttentionEntry } from '../contract/schemas';
import type { Receiver } from './receivers';

const MAX_SHOWN = 10;
/** In characters, each of which may become five; Slack allows 3,000 in a block, Discord 6,000 in all. */
const MAX_REASON_LENGTH = 400;
const MAX_LENGTH_OF_SEVERAL = 200;
const MAX_NAME_LENGTH = 60;
const COLOURS = { critical: 0xd32f2f, warning: 0xed9b0c, notice: 0x607d8b };
const RESOLVED_COLOUR = 0x2e7d32;

/**
 * @param page PUBLIC_URL
 * @returns the address at which the page opens the subject of an entry; null without a page
 */
export function linkTo({ kind, evidence }: AttentionEntry, page: string | null): string | null {
  if (page === null) return null;
  const { agents, locks, messages } = evidence;
  const url = new URL(page);
  const point = (name: string, value: string | undefined) => {
    if (value !== undefined) url.searchParams.set(name, value);
    return value !== undefined;
  };
  const isPermission = kind === 'permission_waiting';
  if (isPermission) point('permission', 'all');
  const agentFirst = (isPermission || kind.startsWith('agent_')) && point('agent', agents[0]);
  if (!agentFirst) point('message', messages[0]) || point('lock', locks[0]) || point('agent', agents[0]);
  return url.href;
}

/** @returns the body, the same text for the same post */
export function postBody(format: Receiver['format'], post: AlertPost): string {
  if (format === 'slack') return JSON.stringify(slack(post));
  return JSON.stringify(format === 'discord' ? discord(post) : post);
}

function slack(post: AlertPost) {
  const { title, shown, rest } = summed(post);
  const blocks = shown.flatMap(({ reason, event, link }) => {
    const open = link === null ? '' : ` · <${slackText(link)}|Open the page>`;
    return [
      // Plain: in formatted text Slack would turn addresses and names into links.
      { type: 'section', text: { type: 'plain_text', text: slackText(reason), emoji: false } },
      { type: 'context', elements: [{ type: 'mrkdwn', text: `${event}${open}`, verbatim: true }] },
    ];
  });
  const head = { type: 'section', text: { type: 'plain_text', text: slackText(title), emoji: false } };
  const tail = rest === null ? [] : [{ type: 'section', text: { type: 'plain_text', text: rest, emoji: false } }];
  // A notification shows this text.
  const text = slackText([title, shown[0]?.reason].join(': '));
  return { text, blocks: [head, ...blocks, ...tail] };
}

function discord(post: AlertPost) {
  const { title, shown, rest } = summed(post);
  const embeds = shown.map(({ reason, event, link, colour }) => ({
    title: event,
    description: discordText(reason),
    color: colour,
    ...(link === null ? {} : { url: link }),
  }));
  const content = [discordText(title), ...(rest === null ? [] : [rest])].join('\n');
  return { content, embeds, allowed_mentions: { parse: [] } };
}

/** The summary line, the alerts that are shown, and the number of the others. */
function summed({ swarm, alerts, left_out }: AlertPost) {
  const longest = alerts.length === 1 ? MAX_REASON_LENGTH : MAX_LENGTH_OF_SEVERAL;
  const shown = alerts.slice(0, MAX_SHOWN).map((alert) => worded(alert, longest));
  const [first] = shown;
  const what = alerts.length === 1 && first ? first.event : `${alerts.length} alerts at once`;
  const more = alerts.length - shown.length + left_out;
  const rest = more > 0 ? `and ${more} more` : null;
  return { title: `${shortened(swarm, MAX_NAME_LENGTH)}: ${what}`, shown, rest };
}

function worded({ event, entry, link }: Alert, longest: number) {
  const kind = entry.kind.replaceAll('_', ' ');
  const words = { new: `${entry.severity}, ${kind}`, resolved: `resolved, ${kind}`, test: 'test' };
  const colour = event === 'resolved' ? RESOLVED_COLOUR : COLOURS[entry.severity];
  return { reason: shortened(entry.reason, longest), event: words[event], link, colour };
}

function shortened(text: string, longest: number): string {
  const characters = [...plain(text)];
  return characters.length > longest ? `${characters.slice(0, longest).join('')}…` : characters.join('');
}

/** Text of the swarm on one line: invisible characters are named, addresses are no links, nobody is mentioned. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
      (unseen) => `(U+${unseen.codePointAt(0)?.toString(16).toUpperCase()})`,
    )
    .replaceAll('://', '[:]//')
    .replace(/@(?=everyone|here|channel)/gi, '(at)');
}

function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function discordText(text: string): string {
  return text.replace(/[\\*_~`|>#[\]()<@]/g, '\\$&');
}
