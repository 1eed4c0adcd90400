import { DemoStep, OwnSwarmStep, StartSteps } from './start-steps';
import { TabSignal } from './tab-signal';

interface FirstStepsProps {
  /** The folders where the search for a project started; absolute paths. */
  folders: readonly string[];
  /** Folders nearby with files of a swarm; absolute paths. */
  nearby: readonly string[];
}

// The entries that mark a folder as a swarm's project, in the order in which the swarm's own tool checks them.
const MARKERS = ['.git', '.claudeswarm.yaml', 'ACTIVE_AGENTS.json', '.agent_locks', 'pyproject.toml', 'package.json'];

/** Shown when no swarm was found: where the dashboard searched, and what to do next. */
export function FirstSteps({ folders, nearby }: FirstStepsProps) {
  return (
    <main className="mx-auto max-w-xl px-6 py-[12dvh]">
      <TabSignal />
      <p className="text-muted">Claude Swarm</p>
      <h1 className="mt-1 font-semibold text-2xl tracking-tight">No swarm found</h1>
      <p className="mt-2 text-base text-muted">
        A swarm belongs to a project’s folder. No folder was named, and none was found from{' '}
        {folders.map((folder, index) => (
          <span key={folder}>
            {index > 0 && ' or '}
            <code translate="no" className="wrap-anywhere text-ink">
              {folder}
            </code>
          </span>
        ))}{' '}
        upwards.
      </p>
      <StartSteps>
        <OwnSwarmStep nearby={nearby} />
        <DemoStep />
      </StartSteps>
      <h2 className="mt-8 font-semibold">Where the dashboard searched</h2>
      <p className="mt-1 text-muted">
        The nearest folder, up to nine levels above, that contains one of{' '}
        {MARKERS.map((marker, index) => (
          <span key={marker}>
            {index > 0 && ', '}
            <code translate="no">{marker}</code>
          </span>
        ))}
        . The dashboard’s own folder does not count.
      </p>
    </main>
  );
}
