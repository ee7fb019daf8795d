import { expect, test } from 'vitest'
import { formatAddress, isLoopback, parseAddress } from '../src/address.ts'

test.each(['127.0.0.1:8080', '[::1]:0', 'vicinity.example:18000'])(
  '%s is read and written the same',
  text => {
    const address = parseAddress(text)
    expect(typeof address === 'string' ? address : formatAddress(address)).toBe(text)
  },
)

test.each(['', 'nowhere', '1.2.3.4:99999', '::1:80', '[::1]', '[10.0.0.1]:80', 'a b:80'])(
  '%j is told what an address is',
  text => {
    expect(parseAddress(text)).toMatch(/is not HOST:PORT/)
  },
)

test('loopback is what no other machine can reach', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].map(isLoopback)).not.toContain(false)
  expect(['0.0.0.0', '::', '10.0.0.1', '127.example.com', ''].map(isLoopback)).not.toContain(true)
})
