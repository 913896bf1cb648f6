//! Cursors of lists of issues. They stand at an issue, by its sort value and id, and carry a mark of what was asked for:
//! in another list the place means nothing.

use crate::store::search::{From, Place, Sort};
use crate::types::cursor::Cursor;
use crate::types::ids::IssueId;
use crate::web::error::{Error, Result};

/// Bits of the mark, in the cursor's offset behind the id.
const BITS: u32 = 20;

/// What a list was asked for, in a few bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(i64);

impl Mark {
    /// The mark of a list: its order and everything that chooses issues.
    pub fn of<'p>(sort: Sort, parts: impl IntoIterator<Item = &'p str>) -> Self {
        // FNV-1a: the same on every host, and nobody gains by a collision.
        let add = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let mut hash = add(0xcbf2_9ce4_8422_2325, sort as u8);
        for part in parts {
            hash = part.trim().bytes().fold(hash, add);
            hash = add(hash, 0);
        }
        let folded = (hash ^ (hash >> 20) ^ (hash >> 40)) & ((1 << BITS) - 1);
        Self(i64::try_from(folded).unwrap_or(0))
    }

    pub fn cursor(self, place: &Place, is_previous: bool) -> Cursor {
        Cursor { value: place.key, offset: place.id.0 << BITS | self.0, is_previous }
    }

    /// Where the page begins.
    pub fn read(self, cursor: Cursor) -> Result<From> {
        if cursor == Cursor::default() {
            return Ok(From::Start);
        }
        if cursor.offset & ((1 << BITS) - 1) != self.0 {
            return Err(Error::bad_request("the cursor belongs to another query or order; begin at the first page"));
        }
        let place = Place { key: cursor.value, id: IssueId(cursor.offset >> BITS) };
        Ok(if cursor.is_previous { From::Before(place) } else { From::After(place) })
    }
}

#[cfg(test)]
mod tests {
    use super::Mark;
    use crate::store::search::{From, Place, Sort};
    use crate::types::ids::IssueId;

    #[test]
    fn cursors_belong_to_their_list() {
        let place = Place { key: 1_551_675_967_891_000, id: IssueId(42) };
        let mark = Mark::of(Sort::FirstSeen, ["is:unresolved", "production"]);
        assert_eq!(mark.read(mark.cursor(&place, true)).unwrap(), From::Before(place));
        for other in [
            Mark::of(Sort::LastSeen, ["is:unresolved", "production"]),
            Mark::of(Sort::FirstSeen, ["is:resolved", "production"]),
            Mark::of(Sort::FirstSeen, ["is:unresolvedproduction", ""]),
        ] {
            assert!(other.read(mark.cursor(&place, false)).is_err());
        }
        assert_eq!(mark.read("0:0:0".parse().unwrap()).unwrap(), From::Start);
        assert!(mark.read("1551675967891:0:0".parse().unwrap()).is_err());
    }
}
