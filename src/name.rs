//! Bytes of names: those of PromQL and of nearly all keys of rule files.

/// Whether a byte is an ASCII letter, a digit or `_`.
pub(crate) fn is_name_byte(byte: u8) -> bool {
    NAME[usize::from(byte)]
}

/// One look a byte, where comparing costs several.
const NAME: [bool; 256] = {
    let (mut table, mut byte) = ([false; 256], 0_u8);
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_';
        byte += 1;
    }
    table
};
