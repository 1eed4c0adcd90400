import type { ReactNode } from 'react';
import { startCommand } from '@/lib/client/no-files';
import { Text } from '../ui/text';

/** Ways to a swarm, each with a command. */
export function StartSteps({ children }: { children: ReactNode }) {
  return <ol className="mt-8 border-line border-t">{children}</ol>;
}

interface StepProps {
  title: string;
  commands: readonly string[];
  children: ReactNode;
}

export function Step({ title, commands, children }: StepProps) {
  return (
    <li className="border-line border-b py-5">
      <h2 className="font-semibold">{title}</h2>
      <div className="text-muted">{children}</div>
      {commands.map((command) => (
        <pre
          key={command}
          translate="no"
          className="wrap-anywhere mt-2 whitespace-pre-wrap rounded-md border border-line bg-tint px-3 py-2"
        >
          <code>{command}</code>
        </pre>
      ))}
    </li>
  );
}

/** Shows the folders nearby that contain files of a swarm, or how to name another one where none was found. */
export function OwnSwarmStep({ nearby }: { nearby: readonly string[] }) {
  if (nearby.length === 0) {
    return (
      <Step title="Show your own swarm" commands={['npm start -- /path/to/project']}>
        Stop the dashboard and start it with the project’s folder. It only reads files there.
      </Step>
    );
  }
  const commands = nearby.map((folder) => ({ folder, command: startCommand(folder) }));
  const unsafe = commands.filter(({ command }) => command === null);
  return (
    <Step
      title={nearby.length === 1 ? 'Show the swarm nearby' : 'Show a swarm nearby'}
      commands={commands.flatMap(({ command }) => command ?? [])}
    >
      {nearby.length === 1 ? 'A folder nearby contains' : 'Folders nearby contain'} files of a swarm. Stop the dashboard
      and start it with that folder. It only reads files there.
      {unsafe.map(({ folder }) => (
        <p key={folder} className="wrap-anywhere mt-1">
          <Text value={folder} max={400} />
        </p>
      ))}
    </Step>
  );
}

export function DemoStep() {
  return (
    <Step title="Or try a simulated swarm" commands={['npm start -- --demo']}>
      A few agents work on a shop. Its files are removed when you stop it.
    </Step>
  );
}
