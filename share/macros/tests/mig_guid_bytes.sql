{{ mig_unexpected([
    ("octet_length(" ~ mig_guid_bytes("'6F9619FF-8B86-D011-B42D-00C04FC964FF'") ~ ")", "16"),
]) }}
