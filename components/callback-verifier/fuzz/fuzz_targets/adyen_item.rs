#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| callback_verifier_fuzz::targets::adyen_item(data));
