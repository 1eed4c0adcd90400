/** What git says about the folders in which agents work. Read with `git` only while somebody looks. */
import { z } from 'zod';
import { instant } from './instant-schema';

export const gitChange = z
  .object({
    path: z.string().describe('Relative to `top`.'),
    from: z.string().nullable().describe('The former path of a renamed or copied file.'),
    kind: z.enum(['changed', 'renamed', 'unmerged', 'untracked']),
    staged: z.string().nullable().describe("Git's letter for the index (`M`, `A`, `D`, ...); null if unchanged there."),
    unstaged: z.string().nullable().describe("Git's letter for the folder; null if unchanged there."),
    changed_at: instant
      .nullable()
      .describe('When the file was last written; null where it is gone, or is a new folder.'),
  })
  .meta({ id: 'GitChange' });

export const gitFolderState = z.enum(['ok', 'no_git', 'no_repository', 'no_folder', 'other_user', 'timeout', 'failed']);

export const gitFolder = z
  .object({
    top: z.string().describe('The top folder of the worktree; the folder of the agents where git does not say it.'),
    agents: z
      .array(z.object({ id: z.string(), folder: z.string() }))
      .describe(
        'The agents that work in it, and in which folder each. More than one: who changed a file is not known.',
      ),
    place: z
      .enum(['root', 'worktree', 'outside'])
      .describe(
        '`root`: the worktree of the swarm’s root. `worktree`: another worktree of its repository. `outside`: another ' +
          'repository, or none: the locks of the swarm are not compared with its files.',
      ),
    state: gitFolderState.describe(
      '`no_git`: there is no program git. `other_user`: git refuses a repository of another user. The fields below are ' +
        'null or empty unless it is `ok`.',
    ),
    reason: z.string().nullable().describe('A plain sentence for every state but `ok`.'),
    read_at: instant.describe('When git was run; it runs at most once in 10 s for each folder.'),
    branch: z.string().nullable().describe('Null while no branch is checked out.'),
    is_linked: z.boolean().nullable().describe('It was made by `git worktree add`.'),
    upstream: z.string().nullable().describe('The branch with which it is compared; null where none is set.'),
    ahead: z.int().nonnegative().nullable().describe('Commits that the upstream lacks, as last fetched.'),
    behind: z.int().nonnegative().nullable(),
    commit: z
      .object({
        hash: z.string(),
        subject: z.string().describe('At most 200 characters.'),
        author: z.string(),
        at: instant.nullable(),
      })
      .nullable()
      .describe('The last one; null before the first.'),
    changes: z.array(gitChange).describe('At most 300, of these at most 100 untracked.'),
    change_count: z.int().nonnegative().describe('All changes. A new folder counts once.'),
    left_off: z.int().nonnegative(),
    filters: z
      .array(z.string())
      .describe(
        'Filters of the repository, such as `lfs`. They are programs, so they are not run: a file that uses one may be ' +
          'listed although it is unchanged.',
      ),
  })
  .meta({ id: 'GitFolder' });

export const gitAnswer = z
  .object({
    folders: z.array(gitFolder).describe('By `top`; at most 50.'),
    left_off: z.int().nonnegative().describe('Folders of agents that are not listed.'),
    unknown: z.array(z.string()).describe('Agents whose folder is not known.'),
  })
  .meta({ id: 'Git' });

export const agentGitAnswer = z
  .object({
    agent_id: z.string(),
    folder: z.string().nullable().describe('Where it works; null if that is not known.'),
    from: z.enum(['session', 'process']).nullable().describe('Who says so: its session’s file, or its process.'),
    reason: z.string().nullable().describe('Why its folder is not known.'),
    git: gitFolder.nullable(),
  })
  .meta({ id: 'AgentGit' });

export type GitChange = z.infer<typeof gitChange>;
export type GitFolderState = z.infer<typeof gitFolderState>;
export type GitFolder = z.infer<typeof gitFolder>;
export type GitAnswer = z.infer<typeof gitAnswer>;
export type AgentGitAnswer = z.infer<typeof agentGitAnswer>;
