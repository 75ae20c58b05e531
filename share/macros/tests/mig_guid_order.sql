{{ mig_unexpected([
    (mig_guid_order("'01020304-0506-0708-090A-0B0C0D0E0F10'"), "'0B0C0D0E0F10090A0807060504030201'"),
]) }}
