import { describe, expect, test } from 'vitest'
import { authenticator } from '../../src/auth/authenticate.ts'

describe('with an admin token', () => {
  const authenticate = authenticator('s3cret-Token_~+/==')

  test('its bearer is the admin, whatever the case of the scheme', () => {
    expect(authenticate('Bearer s3cret-Token_~+/==')).toEqual({ name: 'admin', scopes: ['admin'] })
    expect(authenticate('bearer s3cret-Token_~+/==')?.name).toBe('admin')
  })

  test.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['another token', 'Bearer s3cret-Token'],
    ['a longer token', 'Bearer s3cret-Token_~+/==='],
    ['the token without a scheme', 's3cret-Token_~+/=='],
    ['another scheme', 'Basic s3cret-Token_~+/=='],
    ['two tokens', 'Bearer s3cret-Token_~+/== other'],
  ])('%s is nobody', (_, header) => {
    expect(authenticate(header)).toBeUndefined()
  })
})

test('without any token everybody is anonymous and may do everything', () => {
  expect(authenticator(undefined)(undefined)).toEqual({ name: 'anonymous', scopes: ['admin'] })
})
