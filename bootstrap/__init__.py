"""What an AWS account needs once, before the first deployment: state, keys, and the roles of CI."""
