// Tests load policies synchronously.
import '@arcturus/core/sync'
