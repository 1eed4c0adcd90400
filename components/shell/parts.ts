/** The parts of the page, each with an error boundary of its own: a fault in one leaves the others as they are. */
import { AgentsPanel as Agents } from '../agents/agents-panel';
import { NeedsYou as Needs } from '../attention/attention-panel';
import { Drawer as DrawerPart } from '../drawer/drawer';
import { LocksPanel as Locks } from '../locks/locks-panel';
import { MessagesPanel as Messages } from '../messages/messages-panel';
import { TimeTravel as Past } from '../past/time-travel';
import { StatsPanel as Stats } from '../stats/stats-panel';
import { contained } from '../ui/contained';
import { latePart, lazyPart, lazyServedPart } from '../ui/lazy-part';
import { PageDialogs as Dialogs } from './page-commands';
import { TabBar as Tabs } from './tab-bar';
import { TopBar as Top } from './top-bar';

export const TopBar = contained('Top bar', Top);
export const TimeTravel = contained('Time travel', Past);
/** Loaded with the first problem: most pages have none. */
export const SourceNotices = contained(
  'Problems with the data',
  lazyServedPart(() => import('./notices').then((module) => ({ default: module.SourceNotices }))),
  { as: 'li' },
);
export const GapNotice = contained(
  'Missing messages',
  lazyServedPart(() => import('./notices').then((module) => ({ default: module.GapNotice }))),
  { as: 'li' },
);
export const StatsPanel = contained('Numbers', Stats);
export const TabBar = contained('Tabs', Tabs);
export const NeedsYou = contained('Needs you', Needs, { id: 'needs-you' });
/** It comes after the page, which has room for it in the heading. */
export const NotificationSwitch = contained(
  'Notifications',
  latePart(() => import('../attention/notification-switch').then((module) => ({ default: module.NotificationSwitch }))),
  { className: 'ml-auto' },
);
export const AgentsPanel = contained('Agents', Agents, { id: 'agents' });
export const MessagesPanel = contained('Messages', Messages, { id: 'messages' });
export const LocksPanel = contained('Locks', Locks, { id: 'locks' });
const Glance = lazyServedPart(() => import('./at-a-glance').then((module) => ({ default: module.AtAGlance })));
/** Only for narrow screens. Loaded after the page: a window may become narrow while the server is away. */
export const AtAGlance = contained('At a glance', Glance);
export const preloadAtAGlance = Glance.preload;
/** Loaded when an agent is first selected: most visits select none. */
export const AgentDetail = contained(
  'Agent',
  lazyPart(() => import('../agents/agent-detail').then((module) => ({ default: module.AgentDetail }))),
);
/** Loaded once the page is live: it says so to the server, which holds some requests only then. */
export const Permissions = contained(
  'Permission requests',
  latePart(() => import('../permissions/permissions').then((module) => ({ default: module.Permissions }))),
);
export const Drawer = contained('Timeline and relations', DrawerPart, { id: 'timeline' });
export const PageDialogs = contained('Dialog', Dialogs, { className: 'fixed inset-x-0 bottom-0 z-50' });
