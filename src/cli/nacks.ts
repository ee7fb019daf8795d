import { type Command, Option } from 'commander'
import { RESOURCE_TYPE_NAMES } from '../model/resource-types.ts'
import type { NackSummary } from '../operations/nacks.ts'
import { ageText } from './age.ts'
import { type ConnectionOptions, connect, withConnection } from './connection.ts'
import { printable, type Terminal, table } from './terminal.ts'
import { wholeNumber } from './whole-number.ts'

interface NacksFlags extends ConnectionOptions {
  readonly gateway?: string
  readonly type?: string
  readonly node?: string
  readonly revision?: number
  readonly limit: number
  readonly json?: boolean
}

/** `vicinity nacks`: what proxies refused, in their words. */
export function addNacks(program: Command, terminal: Terminal): void {
  const command = program
    .command('nacks')
    .description('list what proxies refused, in their words, seen last first')
    .option('--gateway <gateway>', 'only proxies of this gateway')
    .addOption(new Option('--type <type>', 'only of this type').choices(RESOURCE_TYPE_NAMES))
    .option('--node <id>', 'only this node id')
    .option('--revision <number>', 'only what was refused first while this was being served', wholeNumber)
    .option('--limit <number>', 'the most that are listed', wholeNumber, 100)
    .option('--json', 'print them as a JSON list')
  withConnection(command).action(async (flags: NacksFlags) => {
    const { gateway, type, node, revision, limit } = flags
    const { items, total } = await connect(flags, terminal).nacks({ gateway, type, node, revision, limit })
    if (flags.json) {
      terminal.out(JSON.stringify(items, undefined, 2))
      return
    }
    for (const line of nacksLines(items, terminal)) terminal.out(line)
    if (total > items.length) terminal.out(`and ${total - items.length} more`)
  })
}

function nacksLines(nacks: readonly NackSummary[], { tone }: Pick<Terminal, 'tone'>): string[] {
  if (nacks.length === 0) return ['nothing was refused']
  const [header = '', ...rows] = table(
    ['LAST', 'TIMES', 'NODE', 'GATEWAY', 'TYPE', 'REVISION', 'RESOURCES'],
    nacks.map(nack => [
      `${ageText(nack.lastAt)} ago`,
      String(nack.count),
      nack.node,
      nack.gateway || '-',
      nack.type.toUpperCase(),
      String(nack.revision),
      nack.resources.map(({ name }) => name).join(', ') || '-',
    ]),
  )
  const lines = rows.flatMap((row, index) => [
    row,
    tone('warning', printable(`    ${nacks[index]?.detail ?? ''}`)),
  ])
  return [tone('faint', header), ...lines]
}
