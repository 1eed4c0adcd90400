import type { Surroundings } from '@/lib/client/no-files';
import { Text } from '../ui/text';
import { DemoStep, OwnSwarmStep, StartSteps, Step } from './start-steps';

interface NoSwarmFilesProps {
  root: string;
  surroundings: Surroundings;
}

/** Shown instead of the panels, which the style sheet hides, while the project's folder has no files of a swarm. */
export function NoSwarmFiles({ root, surroundings: { lookedFor, swarms } }: NoSwarmFilesProps) {
  return (
    <section
      aria-labelledby="no-files-title"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="no-swarm-files min-h-0 flex-1 overflow-y-auto"
    >
      <div className="mx-auto max-w-xl px-6 py-[8dvh]">
        <h2 id="no-files-title" className="wrap-anywhere font-semibold text-xl tracking-tight">
          No swarm files in{' '}
          <code translate="no">
            <Text value={root} max={400} />
          </code>
        </h2>
        <p className="mt-2 text-base text-muted">
          Looked for{' '}
          {lookedFor.map((name, index) => (
            <span key={name}>
              {index > 0 && (index === lookedFor.length - 1 ? ' and ' : ', ')}
              <code translate="no" className="text-ink">
                {name}
              </code>
            </span>
          ))}
          . This page shows the swarm as soon as one of them appears.
        </p>
        <StartSteps>
          <OwnSwarmStep nearby={swarms} />
          <DemoStep />
          <Step title="Is this the right folder?" commands={['claudeswarm discover-agents']}>
            Then the swarm has not started here. Run this command in the folder: it lists the agents that run in tmux.
          </Step>
        </StartSteps>
      </div>
    </section>
  );
}
