import type { Audience } from '../../../src/xds/tables/audience.ts'
import { NamedView } from '../../../src/xds/tables/named-view.ts'

/** What an audience sees of a type, by the names themselves. */
export function viewOf(
  { names, views }: Pick<Audience, 'names' | 'views'>,
  typeUrl: string,
): NamedView | undefined {
  const view = views(typeUrl)
  return view && new NamedView(view, names)
}
