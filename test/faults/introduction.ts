import {columns} from './columns.ts';
import {commandOf, notAsked} from './matrix-table.ts';

/** What stands above the tables. */
export const introduction = `# The matrix: every source, every fault

Written by \`UPDATE_MATRIX=1 npm run test:hostile\` from what the tests saw. They run in CI, and fail where this document
says something else.

Every source is run under every fault of the sandbox's catalogue. Each case is an export over HTTP with that one fault, and then
the same command again without it. Two windows of a day are read, three pages of at most five rows each (more in the last column), one
request at a time, so the numbers of requests in a rule always mean the same ones. Waits between attempts pass at once; everything else
is as in production. Of every case, without exception:

- the fault was done; where it is about what is asked or answered, something else really was, and nothing else with a \`${notAsked}\`;
- it never ends with exit code 5, a stack trace or a wait without end; stderr holds no control characters and no secret;
- what it writes was served exactly so, each row once, in whole lines, and under its name only when it is complete;
- exit code 0 comes with every row that there is (but for the lines whose promise says that nobody can tell), and any other with an
  error that is named on stderr and in the summary;
- the same command without the fault comes to every row, continuing what was there.

## How to read it

A cell is **exit code · rows written · requests · retries**, with the kinds of problems after a 6; without the last two where they
hang on the speed of the machine. After a failure the rows are those in \`….partial\`; of a window that was not
finished the next run writes them anew.

- \`${notAsked}\`: cannot come up: nothing of the kind is in what this source is asked or answers. It is run all the same, and fails where
  the fault finds something to do or the export does not come to every row; below the fault stands why.
- \`0 as served\`: complete as far as anybody can tell from the answers, and yet not just what there is. It is said so in the promise.

## How to check a line

\`\`\`sh
npx vitest run --config vitest.hostile.config.ts test/faults/matrix-<column>.test.ts -t '"fault":"reset","at":"body"'     # a rule, or its beginning
\`\`\`

runs the column's command against the sandbox with that fault, and again without it.

| column | command |
|---|---|
${columns.map(column => `| ${column.name} | \`${commandOf(column)}\` |`).join('\n')}
`;
