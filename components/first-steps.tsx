import { TabSignal } from './tab-signal';

interface FirstStepsProps {
  /** Where the search for a project began; absolute paths. */
  folders: readonly string[];
}

// What makes a folder a swarm's project, in the order in which the swarm's own tool looks.
const MARKERS = ['.git', '.claudeswarm.yaml', 'ACTIVE_AGENTS.json', '.agent_locks', 'pyproject.toml', 'package.json'];

/** What a person sees where no swarm was found: what was looked for, and how to go on. */
export function FirstSteps({ folders }: FirstStepsProps) {
  return (
    <main className="mx-auto max-w-prose px-4 py-16">
      <TabSignal />
      <h1 className="font-semibold text-xl">No swarm found</h1>
      <p className="mt-2">
        A swarm lives in a project’s folder. None was named, and none was found from{' '}
        {folders.map((folder, index) => (
          <span key={folder}>
            {index > 0 && ' or '}
            <code className="wrap-anywhere">{folder}</code>
          </span>
        ))}{' '}
        upwards.
      </p>
      <h2 className="mt-6 font-semibold">What was looked for</h2>
      <p className="mt-1 text-muted">
        The nearest folder, up to nine levels above, that holds one of{' '}
        {MARKERS.map((marker, index) => (
          <span key={marker}>
            {index > 0 && ', '}
            <code>{marker}</code>
          </span>
        ))}
        . The dashboard’s own folder does not count.
      </p>
      <h2 className="mt-6 font-semibold">What to do</h2>
      <p className="mt-1">Stop the dashboard and start it with the project’s folder:</p>
      <Command>npm start -- /path/to/project</Command>
      <p className="mt-3">Or look around in a simulated swarm first:</p>
      <Command>npm start -- --demo</Command>
    </main>
  );
}

function Command({ children }: { children: string }) {
  return (
    <pre className="mt-1 overflow-x-auto rounded-sm bg-tint px-3 py-2">
      <code>{children}</code>
    </pre>
  );
}
