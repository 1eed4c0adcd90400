/**
 * A person's settings for the look of the page. They are kept in cookies because the server needs them: a page rendered
 * with the wrong theme or widths and corrected afterwards would flash and jump.
 */

import { HOME } from './base-path';
import { parseDismissed } from './dismissals';

export const LOCK_ORDERS = ['matters', 'path', 'age', 'holder'] as const;
export type LockOrder = (typeof LOCK_ORDERS)[number];

export const LOCK_GROUPINGS = ['none', 'agent', 'folder'] as const;
export type LockGrouping = (typeof LOCK_GROUPINGS)[number];

export const AGENT_ORDERS = ['session', 'severity'] as const;
export type AgentOrder = (typeof AGENT_ORDERS)[number];

/** Cards of two lines, rows of one line, or a grid of small cards. */
export const AGENT_DENSITIES = ['comfortable', 'compact', 'grid'] as const;
export type AgentDensity = (typeof AGENT_DENSITIES)[number];

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const PANELS = ['agents', 'messages', 'locks'] as const;
export type PanelName = (typeof PANELS)[number];
/** The panels with a width of their own; the messages take the rest. */
export type SidePanel = Exclude<PanelName, 'messages'>;

export interface Layout {
  /** Widths in CSS pixels. */
  widths: Record<SidePanel, number>;
  collapsed: readonly PanelName[];
}

/** How the list of locks is sorted and grouped. */
export interface LockView {
  order: LockOrder;
  grouping: LockGrouping;
}

/** How the list of agents is sorted, and how much room each agent gets. */
export interface AgentView {
  order: AgentOrder;
  density: AgentDensity;
}

/** The views of the drawer below the panels. */
export const DRAWER_VIEWS = [
  ...(['timeline', 'tasks', 'work', 'terminals', 'talk', 'waits', 'acks', 'usage', 'commands'] as const),
] as const;
export type DrawerView = (typeof DRAWER_VIEWS)[number];

export interface Drawer {
  /** Null while it is closed. */
  view: DrawerView | null;
  /** The height of the open view, in CSS pixels. */
  height: number;
  /** Whether idle times of the timeline are folded into breaks. */
  folds: boolean;
}

export interface Settings {
  theme: Theme;
  layout: Layout;
  agents: AgentView;
  locks: LockView;
  drawer: Drawer;
  needsLines: NeedsLines;
  /** The numbers of dismissed notices. */
  dismissed: readonly string[];
  /** The page shows at most one update a second. */
  calm: boolean;
  /** Messages could be sent from this browser when it was last known. */
  writes: boolean;
}

/** How many lines "Needs you" shows without scrolling; the style sheet has a height for each. */
export const NEEDS_LINES = ['2', '3', '4', '5', '6'] as const;
export type NeedsLines = (typeof NEEDS_LINES)[number];
const DEFAULT_NEEDS_LINES: NeedsLines = '4';

export const DEFAULT_LAYOUT: Layout = { widths: { agents: 304, locks: 344 }, collapsed: [] };
export const DEFAULT_DRAWER: Drawer = { view: null, height: 264, folds: true };
const UNFOLDED = 'unfolded';
/** The least and the greatest height of the drawer, in CSS pixels. */
export const DRAWER_HEIGHTS = { least: 128, most: 1200 } as const;

/** The least readable width of a panel, in CSS pixels. */
export const NARROWEST = 184;
/** The width that the side panels leave to the messages, in CSS pixels. */
export const LEFT_TO_MESSAGES = 352;
const WIDEST = 1600;
const THEME_COOKIE = 'swarm_theme';
const LAYOUT_COOKIE = 'swarm_layout';
const AGENTS_COOKIE = 'swarm_agents';
const LOCKS_COOKIE = 'swarm_locks';
const DRAWER_COOKIE = 'swarm_drawer';
const NEEDS_COOKIE = 'swarm_needs';
const DISMISSED_COOKIE = 'swarm_dismissed';
const CALM_COOKIE = 'swarm_calm';
const WRITES_COOKIE = 'swarm_writes';
const YEAR = 365 * 24 * 3600;

/**
 * Reads the settings from cookies, which may have any content.
 *
 * @param read returns the value of a cookie by its name
 * @returns the settings, with the default for each one that is missing or invalid
 */
export function readSettings(read: (name: string) => string | undefined): Settings {
  const theme = THEMES.find((name) => name === read(THEME_COOKIE)) ?? 'system';
  return {
    theme,
    layout: parseLayout(read(LAYOUT_COOKIE)),
    agents: parseAgentView(read(AGENTS_COOKIE)),
    locks: parseLockView(read(LOCKS_COOKIE)),
    drawer: parseDrawer(read(DRAWER_COOKIE)),
    needsLines: NEEDS_LINES.find((lines) => lines === read(NEEDS_COOKIE)) ?? DEFAULT_NEEDS_LINES,
    dismissed: parseDismissed(read(DISMISSED_COOKIE)),
    calm: read(CALM_COOKIE) === 'on',
    writes: read(WRITES_COOKIE) === 'on',
  };
}

/** Remembers the theme for a year. */
export function saveTheme(theme: Theme): void {
  save(THEME_COOKIE, theme);
}

/** Remembers the layout for a year. */
export function saveLayout(layout: Layout): void {
  save(LAYOUT_COOKIE, formatLayout(layout));
}

/** Remembers for a year how the agents are shown, as `order.density`. */
export function saveAgentView({ order, density }: AgentView): void {
  save(AGENTS_COOKIE, `${order}.${density}`);
}

/** Remembers for a year how the locks are sorted and grouped, as `order.grouping`. */
export function saveLockView({ order, grouping }: LockView): void {
  save(LOCKS_COOKIE, `${order}.${grouping}`);
}

/** Remembers for a year whether the page is calm. */
export function saveCalm(calm: boolean): void {
  save(CALM_COOKIE, calm ? 'on' : 'off');
}

/** Remembers for a year whether messages can be sent: the next page has room for the composer from the beginning. */
export function saveWrites(writes: boolean): void {
  save(WRITES_COOKIE, writes ? 'on' : 'off');
}

/** Remembers the drawer for a year. */
export function saveDrawer(drawer: Drawer): void {
  save(DRAWER_COOKIE, formatDrawer(drawer));
}

/** Remembers the height of "Needs you" for a year. */
export function saveNeedsLines(lines: NeedsLines): void {
  save(NEEDS_COOKIE, lines);
}

/** Remembers dismissed notices for a year. */
export function saveDismissed(numbers: readonly string[]): void {
  save(DISMISSED_COOKIE, numbers.join('.'));
}

/**
 * @returns the drawer in the format of its cookie: `264.timeline`, or `264` while it is closed; `.unfolded` is appended
 */
export function formatDrawer({ view, height, folds }: Drawer): string {
  return [Math.round(height), ...(view === null ? [] : [view]), ...(folds ? [] : [UNFOLDED])].join('.');
}

function parseDrawer(text: string | undefined): Drawer {
  const [height, ...words] = text?.split('.') ?? [];
  return {
    view: drawerView(words[0]),
    height: numberWithin(height, DRAWER_HEIGHTS) ?? DEFAULT_DRAWER.height,
    folds: !words.includes(UNFOLDED),
  };
}

/** @returns the view with a name; null if there is none */
export function drawerView(name: string | null | undefined): DrawerView | null {
  return DRAWER_VIEWS.find((view) => view === name) ?? null;
}

/** @returns the layout in the format of its cookie: `304.344.locks`, the widths and the collapsed panels */
export function formatLayout({ widths, collapsed }: Layout): string {
  return [Math.round(widths.agents), Math.round(widths.locks), ...collapsed].join('.');
}

function parseAgentView(text: string | undefined): AgentView {
  const [first, second] = text?.split('.') ?? [];
  return {
    order: AGENT_ORDERS.find((order) => order === first) ?? 'session',
    density: AGENT_DENSITIES.find((density) => density === second) ?? 'comfortable',
  };
}

function parseLockView(text: string | undefined): LockView {
  const [first, second] = text?.split('.') ?? [];
  return {
    order: LOCK_ORDERS.find((order) => order === first) ?? 'matters',
    grouping: LOCK_GROUPINGS.find((grouping) => grouping === second) ?? 'none',
  };
}

function parseLayout(text: string | undefined): Layout {
  const [agents, locks, ...names] = text?.split('.') ?? [];
  const collapsed = PANELS.filter((name) => names.includes(name));
  return {
    widths: {
      agents: widthOf(agents) ?? DEFAULT_LAYOUT.widths.agents,
      locks: widthOf(locks) ?? DEFAULT_LAYOUT.widths.locks,
    },
    // At least one panel is open: a page with three closed panels would show nothing.
    collapsed: collapsed.length < PANELS.length ? collapsed : [],
  };
}

function widthOf(text: string | undefined): number | null {
  return numberWithin(text, { least: NARROWEST, most: WIDEST });
}

function numberWithin(text: string | undefined, { least, most }: { least: number; most: number }): number | null {
  const number = /^\d{1,4}$/.test(text ?? '') ? Number(text) : 0;
  return number >= least && number <= most ? number : null;
}

function save(name: string, value: string): void {
  try {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in browsers that the page serves
    document.cookie = `${name}=${value}; path=${HOME}; max-age=${YEAR}; samesite=lax`;
  } catch {
    // A page without storage (a frame with `sandbox`) keeps its settings until it is closed.
  }
}

/**
 * Computes the columns of the three panels as CSS.
 *
 * @returns five tracks, with a hairline between two panels; the open panels fill the width
 */
export function layoutColumns({ widths, collapsed }: Layout): string {
  const rest = collapsed.includes('messages');
  const side = (name: SidePanel) => {
    if (collapsed.includes(name)) return '2.5rem';
    return rest
      ? 'minmax(0,1fr)'
      : `clamp(${NARROWEST}px,${Math.round(widths[name])}px,50% - ${LEFT_TO_MESSAGES / 2}px)`;
  };
  return `${side('agents')} 1px ${rest ? '2.5rem' : 'minmax(0,1fr)'} 1px ${side('locks')}`;
}

/** @returns the sizes for the first render, as a style sheet */
export function firstSizes({ layout, drawer }: Settings): string {
  return `:root{--columns:${layoutColumns(layout)};--drawer:${Math.round(drawer.height)}px}`;
}

/** @returns the layout with a panel collapsed or shown again; the last open one stays open */
export function toggled(layout: Layout, name: PanelName): Layout {
  const collapsed = layout.collapsed.includes(name)
    ? layout.collapsed.filter((other) => other !== name)
    : [...layout.collapsed, name];
  return collapsed.length < PANELS.length ? { ...layout, collapsed } : layout;
}
