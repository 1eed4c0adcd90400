/**
 * The mixed story: 20 minutes in which agents ask and answer, exit, are killed, move and pass on their ids, files
 * vanish and come back, and at the end everything is killed. Equal seeds play equal stories. Everything happens between
 * two whole seconds, so that the result at a second does not depend on the order in which events of one instant are
 * read.
 */

import { Random } from '../../lib/simulator/random';
import { MIXED_SCENES, type MixedScene, type SceneKind } from './mixed-scenes';
import { MixedTruth } from './mixed-truth';
import { MixedWorld, type Pane, type Stage } from './mixed-world';

export const MIXED_STORY_SECONDS = 1200;

const DISCOVER_SECONDS = 30;
/** Offsets before the end of each second: first agents act, then the tool discovers them. */
const ACTS_BEFORE_SECONDS = 0.5;
const DISCOVERS_BEFORE_SECONDS = 0.25;
const SCENES_BEGIN_AT = 5;
const SCENE_CHANCE = 0.3;
const TALK_CHANCE = 0.5;

/** From the first second on no new scene takes its agents; from the second one on it is killed once all are free. */
const SESSION_KILL = { session: 'review', reservedFrom: 420, from: 560 };
const LAST_SCENE_AT = 1040;
const ALL_KILLED_AT = 1100;

const FAULTS = [
  { source: 'registry', how: 'vanished', from: 200, seconds: 9 },
  { source: 'locks', how: 'vanished', from: 330, seconds: 9 },
  { source: 'registry', how: 'unreadable', from: 480, seconds: 8 },
  { source: 'locks', how: 'unreadable', from: 800, seconds: 8 },
  { source: 'registry', how: 'vanished', from: 1150, seconds: 20 },
] as const;

const FIRST_PANES: readonly [session: string, windows: readonly number[]][] = [
  ['shop', [0, 0, 0, 0, 1, 1, 1, 1, 1]],
  ['review', [0, 0, 0]],
  ['lab', [0, 0, 1, 1]],
  ['guest', [0, 0]],
  ['solo', [0, 1, 2, 3]],
];

interface Running {
  due: number;
  scene: MixedScene;
  cast: readonly Pane[];
}

export class MixedStory {
  readonly world: MixedWorld;
  readonly #truth: MixedTruth;
  readonly #running: Running[] = [];
  readonly #busy = new Set<Pane>();
  /** The number of times each scene was played. */
  readonly played = new Map<string, number>();
  #sessionKilled = false;

  constructor(seed: number, stage: Stage) {
    this.world = new MixedWorld(new Random(seed), stage);
    this.#truth = new MixedTruth(this.world);
    for (const [session, windows] of FIRST_PANES) {
      for (const window of windows) this.world.openPane(session, window, session !== 'guest');
    }
    this.world.discover();
  }

  /** Plays the events of the next second, except the discovery. */
  act(): void {
    const { world } = this;
    const end = Math.floor(world.clock) + 1;
    world.clock = end - ACTS_BEFORE_SECONDS;
    if (world.clock < ALL_KILLED_AT) this.#play(end);
    else for (const pane of [...world.panes]) world.killPane(pane);
    this.#playFaults(end);
  }

  /** Ends the second that was begun, with a discovery if one is due. @returns the critical items that are due then */
  endSecond(): string[] {
    const { world } = this;
    const end = Math.ceil(world.clock);
    world.clock = end - DISCOVERS_BEFORE_SECONDS;
    if (end % DISCOVER_SECONDS === 0 && world.clock < ALL_KILLED_AT) world.discover();
    world.clock = end;
    return this.#truth.critical();
  }

  #play(second: number): void {
    const { world } = this;
    for (const running of this.#running.filter(({ due }) => due <= world.clock)) this.#goOn(running);
    if (second >= SCENES_BEGIN_AT && second < LAST_SCENE_AT && world.random.chance(SCENE_CHANCE)) this.#beginScene();
    if (world.random.chance(TALK_CHANCE)) this.#talk();
    this.#killSession();
  }

  #beginScene(): void {
    const kind = this.world.random.pickWeighted(MIXED_SCENES.map((one): [number, SceneKind] => [one.weight, one]));
    const cast = this.#cast(kind);
    if (!cast) return;
    for (const pane of cast) this.#busy.add(pane);
    this.played.set(kind.name, (this.played.get(kind.name) ?? 0) + 1);
    const [first, second = first, third = second] = cast as [Pane, Pane?, Pane?];
    this.#goOn({ due: 0, scene: kind.play(this.world, [first, second, third]), cast });
  }

  #goOn(running: Running): void {
    const place = this.#running.indexOf(running);
    if (place !== -1) this.#running.splice(place, 1);
    const step = running.scene.next();
    if (step.done) for (const pane of running.cast) this.#busy.delete(pane);
    else this.#running.push({ ...running, due: this.world.clock + step.value });
  }

  #cast({ cast, sessions, name }: SceneKind): Pane[] | null {
    const { world } = this;
    const free = world
      .present()
      .filter((pane) => this.#isFree(pane) && sessions.some((one) => pane.session.startsWith(one)));
    const chosen: Pane[] = [];
    while (chosen.length < cast && free.length > 0) {
      const [pane] = free.splice(world.random.integer(0, free.length - 1), 1);
      // Panes are renumbered within one window.
      const fits = name !== 'renumber' || chosen.every(({ window }) => window === pane?.window);
      if (pane && fits) chosen.push(pane);
    }
    return chosen.length === cast ? chosen : null;
  }

  #isFree(pane: Pane): boolean {
    const { clock } = this.world;
    const reserved = pane.session === SESSION_KILL.session && clock > SESSION_KILL.reservedFrom && !this.#sessionKilled;
    return !reserved && !this.#busy.has(pane);
  }

  /** An agent outside of all scenes sends a message to one agent, or to all. */
  #talk(): void {
    const { world } = this;
    const free = world.present().filter((pane) => this.#isFree(pane));
    if (free.length === 0) return;
    const from = world.random.pick(free);
    const to = world.random.chance(0.3) ? world.present() : [world.random.pick(world.present())];
    world.say(from, to, { type: 'INFO', content: `Second ${world.clock}` });
  }

  /** A whole session ends at once, each of its agents with a lock. */
  #killSession(): void {
    const { world } = this;
    if (this.#sessionKilled || world.clock < SESSION_KILL.from || world.fault) return;
    const panes = world.panes.filter(({ session }) => session === SESSION_KILL.session);
    if (panes.some((pane) => this.#busy.has(pane))) return;
    this.#sessionKilled = true;
    for (const pane of panes) world.acquire(pane, world.newPath());
    for (const pane of panes) world.killPane(pane);
  }

  #playFaults(second: number): void {
    for (const { source, how, from, seconds } of FAULTS) {
      if (second === from) this.world.beginFault(source, how);
      if (second === from + seconds) this.world.endFault();
    }
  }
}
